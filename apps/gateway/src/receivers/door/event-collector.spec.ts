import { BatchChecker, HerculesError, readBatch } from '@hercules/protocol';
import type { KnownKey } from '../../stream-access.ts';
import { EventCollector } from './event-collector.ts';

const UUID = '11203800-63fd-11e8-83e2-3a587d902000';
const DENIED = new HerculesError('PERMISSION_DENIED', 'no');
const MISSING = new HerculesError('STREAM_NOT_FOUND', 'no');

const key = {
  stream: (name: string) => ({
    rightRefusal: name === 'secret' ? DENIED : undefined,
    streamRefusal: name === 'nowhere' ? MISSING : undefined,
    route: { topic: name },
  }),
} as unknown as KnownKey;

function collect(maxEventSizeBytes = 1000): EventCollector {
  return new EventCollector(key, { maxEventSizeBytes });
}

function add(collector: EventCollector, stream: string, item: number, text = 'x'): void {
  collector.begin(stream, item, 10n, UUID).string('message', text);
  collector.end();
}

describe('EventCollector', () => {
  it('gathers events by stream, each with its item', () => {
    const collector = collect();
    add(collector, 'a', 0, 'one');
    add(collector, 'b', 1, 'two');
    add(collector, 'a', 5, 'three');
    const batches = collector.batches();
    expect(batches.map(({ stream, items, route }) => ({ stream, items, route }))).toEqual([
      { stream: 'a', items: [0, 5], route: { topic: 'a' } },
      { stream: 'b', items: [1], route: { topic: 'b' } },
    ]);
    expect(new BatchChecker().check(batches[0]!.batch)).toBe(2);
    expect(readBatch(batches[1]!.batch)).toMatchObject([{ timestamp: 10n, uuid: UUID }]);
    expect(collector.byteLength).toBe(batches[0]!.batch.length + batches[1]!.batch.length);
  });

  it.each([
    ['secret', 'PERMISSION_DENIED'],
    ['nowhere', 'STREAM_NOT_FOUND'],
  ])('refuses an event for %s and goes on', (stream, code) => {
    const collector = collect();
    add(collector, 'a', 0);
    expect(() => collector.begin(stream, 1, 10n, UUID)).toThrow(expect.objectContaining({ code }));
    add(collector, 'a', 2);
    expect(collector.batches().map(({ items }) => items)).toEqual([[0, 2]]);
  });

  it('drops an event that is too long, and only that one', () => {
    const collector = collect(100);
    add(collector, 'a', 0);
    collector.begin('a', 1, 10n, UUID).string('message', 'y'.repeat(100));
    expect(() => collector.end()).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    add(collector, 'a', 2);
    const [batch] = collector.batches();
    expect(batch!.items).toEqual([0, 2]);
    expect(new BatchChecker().check(batch!.batch)).toBe(2);
  });

  it('takes an event of just the longest size', () => {
    const collector = collect(25 + 2 + 8 + 1 + 4 + 60);
    add(collector, 'a', 0, 'y'.repeat(60));
    expect(() => add(collector, 'a', 1, 'y'.repeat(61))).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    expect(collector.batches()[0]!.items).toEqual([0]);
  });

  it('refuses a time before 1970', () => {
    const collector = collect();
    expect(() => collector.begin('a', 0, -1n, UUID)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
    expect(collector.batches()).toEqual([]);
  });

  it('forgets an event that is discarded', () => {
    const collector = collect();
    collector.begin('a', 0, 10n, UUID).string('message', 'x');
    collector.discard();
    collector.discard();
    add(collector, 'a', 1);
    expect(collector.batches()[0]!.items).toEqual([1]);
  });
});
