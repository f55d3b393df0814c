import {
  decodeAlterConfig,
  decodeDeleteTopic,
  decodeDescribeConfig,
  decodeNamedResult,
  encodeAlterTopicConfig,
  encodeCreatePartitions,
  encodeCreateTopic,
  encodeDeleteTopic,
} from './admin-requests.ts';
import { WireWriter } from './wire-writer.ts';

describe('requests of the admin', () => {
  it('creates a topic with its settings', () => {
    const spec = { topic: 't', partitions: 3, replicationFactor: 2, configs: { 'retention.ms': '5' } };
    const expected = new WireWriter().int32(1).string('t').int32(3).int16(2).int32(0).int32(1).string('retention.ms').string('5');
    expect(encodeCreateTopic(spec, 700)).toEqual(expected.int32(700).int8(0).bytes());
  });

  it('grows and deletes a topic', () => {
    expect(encodeCreatePartitions('t', 9, 700)).toEqual(
      new WireWriter().int32(1).string('t').int32(9).int32(-1).int32(700).int8(0).bytes(),
    );
    expect(encodeDeleteTopic('t', 700)).toEqual(new WireWriter().int32(1).string('t').int32(700).bytes());
  });

  it('changes only the settings that are named: text sets, null resets (KIP-339)', () => {
    const expected = new WireWriter().int32(1).int8(2).string('t').int32(2);
    expected.string('retention.ms').int8(0).string('5').string('segment.ms').int8(1).nullableString(null);
    expect(encodeAlterTopicConfig('t', { 'retention.ms': '5', 'segment.ms': null })).toEqual(expected.int8(0).bytes());
  });
});

describe('answers to the admin', () => {
  it('reads code and message', () => {
    const named = new WireWriter().int32(0).int32(1).string('t').int16(36).nullableString('there').bytes();
    expect(decodeNamedResult(named)).toEqual({ errorCode: 36, message: 'there' });
    const deleted = new WireWriter().int32(0).int32(1).string('t').int16(3).bytes();
    expect(decodeDeleteTopic(deleted)).toEqual({ errorCode: 3, message: null });
    const altered = new WireWriter().int32(0).int32(1).int16(40).nullableString('bad').int8(2).string('t').bytes();
    expect(decodeAlterConfig(altered)).toEqual({ errorCode: 40, message: 'bad' });
  });

  it('reads settings and steps over where they come from', () => {
    const answer = new WireWriter().int32(0).int32(1).int16(0).nullableString(null).int8(2).string('t').int32(2);
    answer.string('a').nullableString('1').int8(0).int8(1).int8(0).int32(1).string('log.a').nullableString('0').int8(4);
    answer.string('b').nullableString(null).int8(0).int8(5).int8(1).int32(0);
    expect(decodeDescribeConfig(answer.bytes()).configs).toEqual(
      new Map([
        ['a', '1'],
        ['b', null],
      ]),
    );
  });
});
