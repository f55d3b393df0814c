import { decodeInitProducerId, decodeProduce, encodeInitProducerId, encodeProduce } from './produce-request.ts';
import { WireWriter } from './wire-writer.ts';

describe('Produce v7', () => {
  it('holds the batches of a topic together and the bytes of the batches uncopied', () => {
    const [a, b, c] = ['batch-a', 'batch-b', 'c'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
    const chunks = encodeProduce(
      [
        { topic: 'logs', partition: 4, batch: a },
        { topic: 'spans', partition: 0, batch: c },
        { topic: 'logs', partition: 7, batch: b },
      ],
      -1,
      9000,
    );
    expect(chunks.filter((chunk) => chunk === a || chunk === b || chunk === c)).toHaveLength(3);
    const expected = new WireWriter().nullableString(null).int16(-1).int32(9000).int32(2);
    expected.string('logs').int32(2).int32(4).sizedBytes(a).int32(7).sizedBytes(b);
    expected.string('spans').int32(1).int32(0).sizedBytes(c);
    expect(Buffer.concat(chunks)).toEqual(expected.bytes());
  });

  it('reads the answer of every partition', () => {
    const answer = new WireWriter().int32(2).string('logs').int32(2);
    answer.int32(4).int16(0).int64(0x1_0000_0002).int64(-1).int64(0);
    answer.int32(7).int16(6).int64(-1).int64(-1).int64(-1);
    answer.string('spans').int32(1).int32(0).int16(3).int64(-1).int64(-1).int64(-1).int32(0);
    expect(decodeProduce(answer.bytes())).toEqual([
      { topic: 'logs', partition: 4, errorCode: 0, baseOffset: 0x1_0000_0002 },
      { topic: 'logs', partition: 7, errorCode: 6, baseOffset: -1 },
      { topic: 'spans', partition: 0, errorCode: 3, baseOffset: -1 },
    ]);
  });
});

describe('InitProducerId v1', () => {
  it('asks without a transaction and reads id and epoch', () => {
    expect(encodeInitProducerId().toString('hex')).toBe('ffff0000ea60');
    const answer = new WireWriter().int32(0).int16(0).int64(4711).int16(2).bytes();
    expect(decodeInitProducerId(answer)).toEqual({ errorCode: 0, producerId: 4711n, producerEpoch: 2 });
  });
});
