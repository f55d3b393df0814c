import {
  encodeEvent,
  type HerculesEvent,
  HPath,
  naiveHash,
  partitionOfHash,
  tag,
  TickClock,
  UuidV1Generator,
  WeightedNodes,
} from '@hercules/protocol';
import { type AppProcess, waitUntil } from '@hercules/service/testing';
import { DerivedStand } from './derived-stand.ts';

jest.setTimeout(90_000);

const clock = new TickClock();
const uuids = new UuidV1Generator();

function event(level: string, host: string, code = 200): HerculesEvent {
  const payload = new Map([
    ['level', tag.string(level)],
    ['host', tag.string(host)],
    ['code', tag.integer(code)],
  ]);
  return { version: 1, timestamp: clock.now(), uuid: uuids.next(), payload };
}

const hex = (sent: HerculesEvent): string => encodeEvent(sent).toString('hex');
const equals = (path: string, value: string) => ({ path, condition: { type: 'string_equality', value } });

describe('derived-streams', () => {
  const stand = new DerivedStand();
  let app: AppProcess;

  beforeAll(async () => {
    await stand.open();
    expect(await stand.create('source', { type: 'base', shardingKey: [] })).toMatchObject({ status: 200 });
    app = await stand.startDerivedStreams();
  });
  afterAll(() => stand.close());

  it('keep what passes, with key, bytes and time, in the partition of their own sharding key', async () => {
    const filters = [
      equals('level', 'Error'),
      { path: 'code', condition: { type: 'range', left: 500, right: 599, inclusiveLeft: true, inclusiveRight: true } },
    ];
    const definition = { type: 'derived', streams: [stand.kafka.name('source')], filters, shardingKey: ['host'], partitions: 3 };
    expect(await stand.create('errors', definition)).toMatchObject({ status: 200 });
    const events = Array.from({ length: 300 }, (_, i) => event(i % 2 ? 'Error' : 'Info', `h${i % 5}`, 498 + (i % 4)));
    await stand.kafka.send('source', events, { timestampMs: 1_700_000_000_123 });
    const expected = events.filter((_, i) => i % 2 === 1 && i % 4 === 3);
    const records = await stand.kafka.read('errors', ({ length }) => length >= expected.length);
    expect(records.map(({ value }) => value).sort()).toEqual(expected.map(hex).sort());
    const sent = new Map(expected.map((found) => [hex(found), found]));
    for (const { value, key, partition, timestampMs } of records) {
      const original = sent.get(value)!;
      expect([key, timestampMs]).toEqual([original.uuid.replaceAll('-', ''), 1_700_000_000_123]);
      expect(partition).toBe(partitionOfHash(naiveHash(original, [HPath.parse('host')]), 3));
    }
  });

  it('are refused when they would read themselves', async () => {
    const later = stand.kafka.name('circle_b');
    expect(await stand.create('circle_a', { type: 'derived', streams: [later] })).toMatchObject({ status: 200 });
    expect(await stand.create('circle_b', { type: 'derived', streams: [stand.kafka.name('circle_a')] })).toMatchObject({
      status: 409,
      text: expect.stringContaining('would read itself') as string,
    });
    expect(await stand.create('circle_b', { type: 'derived', streams: [later] })).toMatchObject({ status: 409 });
  });

  it('read one another, and a source that appears later', async () => {
    const derive = (name: string, source: string, level: string) =>
      stand.create(name, { type: 'derived', streams: [stand.kafka.name(source)], filters: [equals(level, 'x')] });
    expect(await derive('second', 'first', 'host')).toMatchObject({ status: 200 });
    expect(await derive('first', 'late', 'level')).toMatchObject({ status: 200 });
    expect(await stand.create('late', { type: 'base' })).toMatchObject({ status: 200 });
    const events = [event('x', 'y'), event('x', 'x'), event('y', 'x'), event('x', 'x')];
    await stand.kafka.send('late', events);
    const records = await stand.kafka.read('second', ({ length }) => length >= 2);
    expect(records.map(({ value }) => value).sort()).toEqual([events[1]!, events[3]!].map(hex).sort());
  });

  it('share out a stream as outputs of a splitter, and follow a new output', async () => {
    const split = { group: stand.kafka.name('split'), shardingKeys: ['host'] };
    const output = (name: string, node: string, more: object = {}) =>
      stand.create(name, { type: 'derived', streams: [stand.kafka.name('split_source')], split: { ...split, node, ...more } });
    expect(await stand.create('split_source', { type: 'base' })).toMatchObject({ status: 200 });
    expect(await output('out_a', 'a')).toMatchObject({ status: 200 });
    expect(await output('out_b', 'b', { weight: 2 })).toMatchObject({ status: 200 });
    expect(await output('out_c', 'b')).toMatchObject({ status: 409, text: expect.stringContaining("the node 'b' already") as string });
    expect(await output('out_c', 'c', { algorithm: 'md5' })).toMatchObject({ status: 409 });

    const nodes = new WeightedNodes({ nodes: { a: 1, b: 2 }, shardingKeys: ['host'], algorithm: 'xxhash32' });
    const nodeOf = (sent: HerculesEvent): string => {
      const bytes = encodeEvent(sent);
      return nodes.names[nodes.choose(bytes, 0, bytes.length)]!;
    };
    const events = Array.from({ length: 200 }, (_, i) => event('Info', `host${i}`));
    const wanted = (node: string) => events.filter((sent) => nodeOf(sent) === node).map(hex);
    // The second output exists a moment before the splitter knows of it.
    const outputs = JSON.stringify([stand.kafka.name('out_a'), stand.kafka.name('out_b')]);
    await waitUntil('both outputs are filled', 30_000, () => app.output.includes(`"outputs":${outputs}`));
    await stand.kafka.send('split_source', events);
    const holds = (values: readonly string[]) => (records: readonly { value: string }[]) => {
      const found = new Set(records.map(({ value }) => value));
      return values.every((value) => found.has(value));
    };
    const [a, b] = await Promise.all([stand.kafka.read('out_a', holds(wanted('a'))), stand.kafka.read('out_b', holds(wanted('b')))]);
    expect(a).toHaveLength(wanted('a').length);
    expect(b).toHaveLength(wanted('b').length);
  });
});
