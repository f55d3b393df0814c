import { EventWriter, NIL_UUID, uuidToBytes } from '@hercules/protocol';
import { readStoredLetter } from './stored-letter.ts';

function event(write: (writer: EventWriter) => void): Buffer {
  const writer = new EventWriter();
  writer.reset();
  writer.beginEvent(17_000_000_000_000_000n, uuidToBytes(NIL_UUID));
  write(writer);
  writer.endEvent();
  return Buffer.from(writer.events());
}

describe('readStoredLetter', () => {
  it('reads where the record came from, its key and its bytes', () => {
    const bytes = event((writer) => {
      writer.string('reason', 'undecodable');
      writer.string('error', 'too short');
      writer.string('sink', 'elastic-sink');
      writer.string('group', 'g');
      writer.string('sourceTopic', 'logs');
      writer.integer('sourcePartition', 3);
      writer.long('sourceOffset', 42n);
      writer.long('sourceTimestampMs', 1_700_000_000_000n);
      writer.bytes('key', Buffer.from('key'));
      writer.bytes('original', Buffer.from('original'));
    });
    expect(readStoredLetter(bytes)).toEqual({
      id: NIL_UUID,
      atMs: 1_700_000_000_000,
      reason: 'undecodable',
      error: 'too short',
      sink: 'elastic-sink',
      group: 'g',
      sourceTopic: 'logs',
      sourcePartition: 3,
      sourceOffset: 42,
      sourceTimestampMs: 1_700_000_000_000,
      key: Buffer.from('key'),
      original: Buffer.from('original'),
      originalSize: undefined,
    });
  });

  it('takes no numbers that cannot be, whoever has written them', () => {
    const forged = event((writer) => {
      writer.string('sourceTopic', 'logs');
      writer.double('sourcePartition', 0.5);
      writer.long('sourceOffset', 2n ** 62n);
      writer.long('sourceTimestampMs', 8_640_000_000_000_001n);
      writer.bytes('original', Buffer.from('original'));
    });
    expect(readStoredLetter(forged)).toMatchObject({ sourcePartition: -1, sourceOffset: -1, sourceTimestampMs: -1 });
  });

  it('says of another event what it lacks', () => {
    const other = event((writer) => writer.string('message', 'x'));
    expect(() => readStoredLetter(other)).toThrow(`the event ${NIL_UUID} is no dead letter: expected the tag original`);
  });
});
