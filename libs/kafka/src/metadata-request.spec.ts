import { decodeMetadata, encodeMetadata } from './metadata-request.ts';
import { WireWriter } from './wire-writer.ts';

describe('metadata request', () => {
  it('asks for all topics or for some, and never creates one', () => {
    expect(encodeMetadata([]).toString('hex')).toBe('ffffffff' + '00');
    expect(encodeMetadata(['ab']).toString('hex')).toBe('00000001' + '00026162' + '00');
  });
});

describe('metadata response', () => {
  it('keeps what is known beside a partition without a leader and a topic with an error', () => {
    const ids = (writer: WireWriter, id: number): WireWriter => writer.int32(id);
    const bytes = new WireWriter().int32(0);
    bytes.int32(1).int32(7).string('kafka-7').int32(9092).nullableString(null).nullableString('cluster').int32(7).int32(2);
    bytes.int16(0).string('logs').int8(0).int32(2);
    bytes.int16(5).int32(0).int32(-1).array([7, 8], ids).array([8], ids).array([7], ids);
    bytes.int16(0).int32(1).int32(7).array([7], ids).array([7], ids).array([], ids);
    bytes.int16(3).string('gone').int8(0).int32(0);
    expect(decodeMetadata(bytes.bytes())).toEqual({
      brokers: [{ nodeId: 7, host: 'kafka-7', port: 9092, rack: null }],
      controllerId: 7,
      topicMetadata: [
        {
          topicErrorCode: 0,
          topic: 'logs',
          partitionMetadata: [
            { partitionErrorCode: 5, partitionId: 0, leader: -1, replicas: [7, 8], isr: [8] },
            { partitionErrorCode: 0, partitionId: 1, leader: 7, replicas: [7], isr: [7] },
          ],
        },
        { topicErrorCode: 3, topic: 'gone', partitionMetadata: [] },
      ],
    });
  });
});
