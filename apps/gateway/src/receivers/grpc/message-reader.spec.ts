import { BufferPool } from '../../buffer-pool.ts';
import { MessageReader, type Decision, type MessageOwner } from './message-reader.ts';

class RecordingStream {
  isPaused = false;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

class RecordingOwner implements MessageOwner {
  readonly messages: { text: string; isCompressed: boolean }[] = [];
  readonly skipped: string[] = [];
  readonly lengths: number[] = [];
  decide: (length: number) => Decision = () => 'read';

  onMessageStart(length: number): Decision {
    this.lengths.push(length);
    return this.decide(length);
  }

  onMessage(buffer: Buffer, start: number, end: number, isCompressed: boolean): void {
    this.messages.push({ text: buffer.toString('latin1', start, end), isCompressed });
  }

  onSkipped(head: Buffer): void {
    this.skipped.push(head.toString('latin1'));
  }
}

function frame(text: string, flag = 0): Buffer {
  const framed = Buffer.alloc(5 + text.length);
  framed[0] = flag;
  framed.writeUInt32BE(text.length, 1);
  framed.write(text, 5, 'latin1');
  return framed;
}

function setUp(): { owner: RecordingOwner; stream: RecordingStream; reader: MessageReader; pool: BufferPool } {
  const owner = new RecordingOwner();
  const stream = new RecordingStream();
  const pool = new BufferPool(1_000_000);
  return { owner, stream, pool, reader: new MessageReader(owner, stream, pool) };
}

describe('MessageReader', () => {
  const texts = ['', 'a', 'hello', 'x'.repeat(300), '', 'y'.repeat(20_000), 'end'];
  const bytes = Buffer.concat(texts.map((text, i) => frame(text, i % 2)));

  it.each([1, 2, 3, 4, 5, 6, 7, 100, 16_384, bytes.length])('cuts messages out of chunks of %d bytes', (chunkSize) => {
    const { owner, reader } = setUp();
    for (let at = 0; at < bytes.length; at += chunkSize) reader.push(bytes.subarray(at, at + chunkSize));
    expect(owner.messages).toEqual(texts.map((text, i) => ({ text, isCompressed: i % 2 === 1 })));
    expect(owner.lengths).toEqual(texts.map((text) => text.length));
    expect(reader.isAtBoundary).toBe(true);
  });

  it('hands out a message that lies in one chunk without a copy', () => {
    const { reader, owner } = setUp();
    const chunk = frame('hello');
    const onMessage = jest.spyOn(owner, 'onMessage');
    reader.push(chunk);
    expect(onMessage).toHaveBeenCalledWith(chunk, 5, 10, false, false);
  });

  it('knows that it is within a message', () => {
    const { reader } = setUp();
    reader.push(frame('hello').subarray(0, 3));
    expect(reader.isAtBoundary).toBe(false);
  });

  it.each([3, 1000])('waits for a decision, with chunks of %d bytes', (chunkSize) => {
    const { owner, reader, stream } = setUp();
    owner.decide = (length) => (length === 5 ? 'wait' : 'read');
    const input = Buffer.concat([frame('abc'), frame('hello'), frame('xyz')]);
    let at = 0;
    for (; at < input.length && !stream.isPaused; at += chunkSize) reader.push(input.subarray(at, at + chunkSize));
    expect(owner.messages.map((m) => m.text)).toEqual(['abc']);
    reader.proceed('read');
    expect(stream.isPaused).toBe(false);
    for (; at < input.length; at += chunkSize) reader.push(input.subarray(at, at + chunkSize));
    expect(owner.messages.map((m) => m.text)).toEqual(['abc', 'hello', 'xyz']);
  });

  it.each([3, 10_000])('drops messages and keeps their heads, with chunks of %d bytes', (chunkSize) => {
    const { owner, reader } = setUp();
    owner.decide = (length) => (length >= 5 ? 'skip' : 'read');
    const long = `${'0123456789'.repeat(3)}!!${'z'.repeat(100)}`;
    const input = Buffer.concat([frame('hello'), frame('abc'), frame(long), frame('xyz')]);
    for (let at = 0; at < input.length; at += chunkSize) reader.push(input.subarray(at, at + chunkSize));
    expect(owner.skipped).toEqual(['hello', long.slice(0, 32)]);
    expect(owner.messages.map((m) => m.text)).toEqual(['abc', 'xyz']);
  });

  it('may be told to drop the message that waits', () => {
    const { owner, reader, stream } = setUp();
    owner.decide = (length) => (length === 5 ? 'wait' : 'read');
    reader.push(Buffer.concat([frame('hello'), frame('abc')]));
    expect(stream.isPaused).toBe(true);
    reader.proceed('skip');
    expect(owner.skipped).toEqual(['hello']);
    expect(owner.messages.map((m) => m.text)).toEqual(['abc']);
    expect(stream.isPaused).toBe(false);
  });

  it('keeps what comes although the stream is paused', () => {
    const { owner, reader } = setUp();
    owner.decide = (length) => (length === 5 ? 'wait' : 'read');
    const input = Buffer.concat([frame('hello'), frame('abc')]);
    for (const byte of input) reader.push(Buffer.from([byte]));
    reader.proceed('read');
    expect(owner.messages.map((m) => m.text)).toEqual(['hello', 'abc']);
  });

  it('stays paused when the next message must wait as well', () => {
    const { owner, reader, stream } = setUp();
    owner.decide = () => 'wait';
    reader.push(Buffer.concat([frame('one'), frame('two')]));
    reader.proceed('read');
    expect(owner.messages.map((m) => m.text)).toEqual(['one']);
    expect(stream.isPaused).toBe(true);
  });

  it('gives its buffer back and ignores the rest once stopped', () => {
    const { owner, reader, pool } = setUp();
    reader.push(frame('hello').subarray(0, 7));
    reader.stop();
    expect(pool.keptBytes).toBe(16_384);
    reader.push(frame('abc'));
    expect(owner.messages).toEqual([]);
  });

  it('may be stopped by its owner when a message begins', () => {
    const { owner, reader } = setUp();
    owner.decide = () => {
      reader.stop();
      return 'skip';
    };
    reader.push(Buffer.concat([frame('one'), frame('two')]));
    expect(owner.lengths).toEqual([3]);
    expect(owner.skipped).toEqual([]);
  });
});
