import { decodeFetchResponse, encodeFetchRequest } from './fetch-request.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const LIMITS = { maxWaitMs: 250, minBytes: 1, maxBytes: 1000, maxBytesPerPartition: 100 };

describe('fetch request', () => {
  it('keeps the order of the targets and joins neighbours of one topic', () => {
    const bytes = encodeFetchRequest(
      [
        { topic: 'a', partition: 1, position: 2 ** 40 },
        { topic: 'a', partition: 0, position: 5 },
        { topic: 'b', partition: 7, position: 0 },
        { topic: 'a', partition: 2, position: 6 },
      ],
      LIMITS,
    );
    const reader = new WireReader(bytes);
    expect([reader.int32(), reader.int32(), reader.int32(), reader.int32(), reader.int8(), reader.int32(), reader.int32()]).toEqual([
      -1, 250, 1, 1000, 0, 0, -1,
    ]);
    const topics = reader.array((r) => ({
      topic: r.string(),
      partitions: r.array((p) => [p.int32(), p.int32(), p.int64(), p.int64(), p.int32()]),
    }));
    expect(topics).toEqual([
      {
        topic: 'a',
        partitions: [
          [1, -1, 2 ** 40, -1, 100],
          [0, -1, 5, -1, 100],
        ],
      },
      { topic: 'b', partitions: [[7, -1, 0, -1, 100]] },
      { topic: 'a', partitions: [[2, -1, 6, -1, 100]] },
    ]);
    expect(reader.int32()).toBe(0);
    expect(reader.offset).toBe(bytes.length);
  });
});

describe('fetch response', () => {
  function response(): Buffer {
    const writer = new WireWriter(8);
    writer.int32(0).int16(0).int32(0);
    writer.int32(1).string('logs').int32(2);
    writer.int32(0).int16(0).int64(50).int64(49).int64(3).int32(1).int64(9).int64(10).sizedBytes(Buffer.from('records'));
    writer.int32(1).int16(6).int64(-1).int64(-1).int64(-1).int32(-1).int32(-1);
    return Buffer.from(writer.bytes());
  }

  it('says where the records are', () => {
    const bytes = response();
    const { errorCode, partitions } = decodeFetchResponse(bytes);
    expect(errorCode).toBe(0);
    expect(partitions).toMatchObject([
      { topic: 'logs', partition: 0, errorCode: 0, highWatermark: 50, logStartOffset: 3 },
      { topic: 'logs', partition: 1, errorCode: 6, highWatermark: -1 },
    ]);
    expect(bytes.toString('latin1', partitions[0]!.recordsStart, partitions[0]!.recordsEnd)).toBe('records');
    expect(partitions[1]!.recordsStart).toBe(partitions[1]!.recordsEnd);
  });

  it('ends with an error when the bytes are cut off', () => {
    const bytes = response();
    for (let end = 0; end < bytes.length; end++) expect(() => decodeFetchResponse(bytes.subarray(0, end))).toThrow();
  });
});
