import type { RecordBlock } from '@hercules/kafka';
import { encodeEvent, eventIdBase64, JsonTranscoder, LOG_EVENT_MAPPING, parseMapping, tag } from '@hercules/protocol';
import type { EventFilter } from '@hercules/sink';
import { BulkBatch, BulkEncoder } from './bulk-batch.ts';
import { StreamIndexResolver, TagsIndexResolver } from './index-name.ts';
import { IndexNames } from './index-names.ts';
import { LogEventFilter } from './log-event-filter.ts';

const EVENT = {
  version: 1,
  timestamp: 15_276_799_200_000_000n,
  uuid: '11203800-63fd-11e8-83e2-3a587d902000',
  payload: new Map([
    ['message', tag.string('Привет, "мир"')],
    ['properties', tag.container({ project: tag.string('shop'), attempt: tag.long(3n) })],
  ]),
};

function blockOf(...values: readonly (Buffer | null)[]): RecordBlock {
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const value of values) {
    starts.push(value === null ? -1 : at);
    at += value?.length ?? 0;
    ends.push(value === null ? -1 : at);
  }
  return {
    topic: 'logs_shop',
    partition: 0,
    buffer: Buffer.concat(values.filter((value) => value !== null)),
    count: values.length,
    valueStarts: Int32Array.from(starts),
    valueEnds: Int32Array.from(ends),
  } as unknown as RecordBlock;
}

function encoder(filters: EventFilter[] = []): BulkEncoder {
  const names = new IndexNames({ resolvers: [new TagsIndexResolver(['properties/project'])], policy: 'STATIC', prefix: 'p-' });
  return new BulkEncoder(names, new JsonTranscoder({ mapping: parseMapping(LOG_EVENT_MAPPING) }), filters);
}

describe('BulkEncoder', () => {
  it('writes an action line with index and id, and the document', () => {
    const bytes = encodeEvent(EVENT);
    const batch = new BulkBatch();
    expect(encoder().add(batch, blockOf(bytes), 0)).toBe(true);
    const [action, document, rest] = batch.body.bytes().toString().split('\n');
    expect(JSON.parse(action!)).toEqual({ index: { _index: 'p-shop', _id: eventIdBase64(bytes, 0) } });
    expect(JSON.parse(document!)).toEqual({
      '@timestamp': '2018-05-30T11:32:00.000000000Z',
      message: 'Привет, "мир"',
      project: 'shop',
      attempt: 3,
    });
    expect(rest).toBe('');
    expect(batch.indexes).toEqual(['p-shop']);
  });

  it('leaves the batch as it was when a record cannot be converted', () => {
    const batch = new BulkBatch();
    const good = encodeEvent(EVENT);
    const withoutIndex = encodeEvent({ ...EVENT, payload: new Map() });
    const cut = good.subarray(0, good.length - 3);
    const block = blockOf(good, cut, null, Buffer.from('short'), withoutIndex);
    const bulk = encoder();
    bulk.add(batch, block, 0);
    const before = batch.body.bytes().toString();
    expect(() => bulk.add(batch, block, 1)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    expect(() => bulk.add(batch, block, 2)).toThrow(expect.objectContaining({ reason: 'undecodable' }));
    expect(() => bulk.add(batch, block, 3)).toThrow(expect.objectContaining({ reason: 'undecodable' }));
    expect(() => bulk.add(batch, block, 4)).toThrow(expect.objectContaining({ reason: 'undefined_index' }));
    expect(batch.body.bytes().toString()).toBe(before);
    expect(batch.indexes).toEqual(['p-shop']);
  });

  it('drops what a filter does not accept', () => {
    const batch = new BulkBatch();
    const withoutProject = encodeEvent({ ...EVENT, payload: new Map([['properties', tag.container({})]]) });
    const names = new IndexNames({ resolvers: [new StreamIndexResolver()], policy: 'STATIC', prefix: '' });
    const bulk = new BulkEncoder(names, new JsonTranscoder({ mapping: parseMapping(LOG_EVENT_MAPPING) }), [new LogEventFilter()]);
    expect(bulk.add(batch, blockOf(withoutProject), 0)).toBe(false);
    expect(bulk.add(batch, blockOf(encodeEvent(EVENT)), 0)).toBe(true);
    expect(batch.indexes).toEqual(['logs_shop']);
  });
});
