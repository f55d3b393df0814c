import { encodeEvent, eventId, tag, type HerculesEvent, type Value } from '@hercules/protocol';
import { type AppProcess, waitUntil } from '@hercules/service/testing';
import { documentIdOf, newBurst, newEvent, newLogEvent } from './support/log-events.ts';
import { metricOf, SinkStand } from './support/sink-stand.ts';

jest.setTimeout(90_000);

const stand = new SinkStand();
let sink: AppProcess;

beforeAll(async () => {
  await stand.open();
  sink = await stand.startSink({
    // Without the fallback to the stream's name, so that an event may be without an index.
    HERCULES_INDEX_RESOLVERS: JSON.stringify([{ type: 'tags', tags: ['properties/project', 'properties/environment?'] }]),
    HERCULES_SINK_FILTERS: JSON.stringify([{ type: 'blacklist', paths: ['properties/project'], patterns: ['noise'] }]),
  });
});
afterAll(() => stand.close());

const LOG_EVENT: HerculesEvent = {
  version: 1,
  timestamp: 15_276_799_201_234_567n, // 2018-05-30T11:32:00.1234567Z
  uuid: '11203800-63fd-11e8-83e2-3a587d902000',
  payload: new Map<string, Value>([
    ['message', tag.string('Order 42 could not be paid')],
    ['messageTemplate', tag.string('Order {id} could not be paid')],
    ['level', tag.string('ERROR')],
    ['utcOffset', tag.long(180_000_000_000n)],
    [
      'exception',
      tag.container({
        type: tag.string('java.io.IOException'),
        message: tag.string('connection reset'),
        stackFrames: tag.vector('container', [
          new Map<string, Value>([
            ['type', tag.string('shop.Bank')],
            ['function', tag.string('pay')],
            ['file', tag.string('Bank.java')],
            ['line', tag.integer(17)],
          ]),
        ]),
      }),
    ],
    ['properties', tag.container({ project: tag.string('Shop'), environment: tag.string('prod'), id: tag.integer(42) })],
  ]),
};

const textOf = (event: HerculesEvent, key: string): unknown => event.payload.get(key)?.value;

describe('a log event', () => {
  const bytes = encodeEvent(LOG_EVENT);
  let topic: string;

  beforeAll(async () => {
    topic = await stand.createStream('log');
    await stand.send(topic, [bytes]);
    await stand.waitUntilCommitted(topic);
  });

  it('is a document with the exception as text and the properties at the top', async () => {
    const index = `${stand.indexPrefix}shop-prod-2018.05.30`;
    expect(await stand.elasticsearch.documents(index)).toEqual([
      expect.objectContaining({
        _index: index,
        _id: eventId(LOG_EVENT.timestamp, LOG_EVENT.uuid).toString('base64'),
        _source: {
          '@timestamp': '2018-05-30T11:32:00.123456700Z',
          message: 'Order 42 could not be paid',
          messageTemplate: 'Order {id} could not be paid',
          level: 'ERROR',
          utcOffset: 180_000_000_000,
          stackTrace: 'java.io.IOException: connection reset\n    at shop.Bank.pay(Bank.java:17)',
          project: 'Shop',
          environment: 'prod',
          id: 42,
        },
      }),
    ]);
  });

  it('lands in an index that the template has given nanoseconds', async () => {
    const { index_templates: templates } = (await stand.elasticsearch.request('GET', `/_index_template/${stand.templateName}`)) as {
      index_templates: { index_template: { index_patterns: string[]; template: { mappings: { properties: Record<string, object> } } } }[];
    };
    expect(templates[0]?.index_template.index_patterns).toEqual([`${stand.indexPrefix}*`]);
    expect(templates[0]?.index_template.template.mappings.properties['@timestamp']).toMatchObject({ type: 'date_nanos' });
    const mappings = (await stand.elasticsearch.request('GET', `/${stand.indexPrefix}shop-prod-2018.05.30/_mapping`)) as Record<
      string,
      { mappings: { properties: Record<string, { type: string }> } }
    >;
    const { properties } = Object.values(mappings)[0]!.mappings;
    expect([properties['@timestamp']?.type, properties['stackTrace']?.type]).toEqual(['date_nanos', 'text']);
  });

  it('is one document however often it comes, and the repetitions are counted', async () => {
    const before = await metricOf(sink, 'hercules_sink_duplicated_records_total');
    await stand.send(topic, [bytes, bytes]);
    await stand.waitUntilCommitted(topic);
    expect(await stand.elasticsearch.count(`${stand.indexPrefix}shop-prod-*`)).toBe(1);
    expect(await metricOf(sink, 'hercules_sink_duplicated_records_total')).toBe(before + 2);
  });
});

it('keeps the order of a burst when sorted by time', async () => {
  const topic = await stand.createStream('burst');
  const burst = newBurst('burst', 1000);
  await stand.send(topic, burst);
  await stand.waitUntilCommitted(topic);
  const documents = await stand.elasticsearch.documents(`${stand.indexPrefix}burst-*`);
  expect(documents.map(({ _source }) => _source['number'])).toEqual(burst.map((_, number) => number));
  expect(documents.map(({ _id }) => _id)).toEqual(burst.map(documentIdOf));
});

describe('events that can never be stored', () => {
  it('go to the dead-letter stream with their reason, bytes and place, and the others are stored', async () => {
    const topic = await stand.createStream('refused');
    const good = [newLogEvent('refused', 'first'), newLogEvent('refused', 'last')] as const;
    const refused = newLogEvent('refused', 'object', { level: tag.container({ name: tag.string('ERROR') }) });
    const broken = newLogEvent('refused', 'broken').subarray(0, 60);
    const tooShort = Buffer.from('no event');
    const wrongVersion = Buffer.from(newLogEvent('refused', 'version'));
    wrongVersion[0] = 2;
    const homeless = newEvent({ message: tag.string('of no project') });
    await stand.send(topic, [good[0], refused, broken, tooShort, wrongVersion, homeless, good[1]]);
    await stand.waitUntilCommitted(topic);

    const documents = await stand.elasticsearch.documents(`${stand.indexPrefix}refused-*`);
    expect(documents.map(({ _id }) => _id)).toEqual(good.map(documentIdOf));
    const letters = (await stand.deadLetters(5)).sort((a, b) => Number(textOf(a, 'sourceOffset')) - Number(textOf(b, 'sourceOffset')));
    const shown = letters.map((letter) => ({
      reason: textOf(letter, 'reason'),
      topic: textOf(letter, 'sourceTopic'),
      partition: textOf(letter, 'sourcePartition'),
      offset: textOf(letter, 'sourceOffset'),
      original: (textOf(letter, 'original') as { elements: Buffer }).elements.toString('hex'),
    }));
    const place = (offset: bigint, original: Buffer): object => ({ topic, partition: 0, offset, original: original.toString('hex') });
    expect(shown).toEqual([
      { reason: 'document_parsing_exception', ...place(1n, refused) },
      { reason: expect.any(String) as string, ...place(2n, broken) },
      { reason: 'undecodable', ...place(3n, tooShort) },
      { reason: 'undecodable', ...place(4n, wrongVersion) },
      { reason: 'undefined_index', ...place(5n, homeless) },
    ]);
    expect(String(textOf(letters[0]!, 'error'))).toContain('level');
    expect(letters.map((letter) => [textOf(letter, 'sink'), textOf(letter, 'group')])).toEqual(
      letters.map(() => ['elastic-sink', stand.groupId]),
    );
    expect(await metricOf(sink, 'hercules_sink_dead_lettered_records_total')).toBe(5);
  });
});

it('reads a stream that was created after the start', async () => {
  const topic = await stand.createStream('later');
  await stand.send(topic, [newLogEvent('later', 'hello')]);
  await waitUntil(
    'the event of the new stream is stored',
    30_000,
    async () => (await stand.elasticsearch.count(`${stand.indexPrefix}later-*`)) === 1,
  );
  await stand.waitUntilCommitted(topic);
});

it('passes over what a filter refuses, and commits it', async () => {
  const topic = await stand.createStream('filtered');
  const before = (await metricOf(sink, 'hercules_sink_filtered_records_total'))!;
  await stand.send(topic, [newLogEvent('noise', 'one'), newLogEvent('signal', 'two'), newLogEvent('noise', 'three')]);
  await stand.waitUntilCommitted(topic);
  expect(await metricOf(sink, 'hercules_sink_filtered_records_total')).toBe(before + 2);
  expect(await stand.elasticsearch.count(`${stand.indexPrefix}signal-*`)).toBe(1);
  expect(await stand.elasticsearch.count(`${stand.indexPrefix}noise-*`)).toBe(0);
});

it('ends by SIGTERM, and the sums of its counters agree', async () => {
  const [consumed, filtered, written, dead, pending] = await Promise.all(
    ['consumed_records_total', 'filtered_records_total', 'written_records_total', 'dead_lettered_records_total', 'pending_records'].map(
      (name) => metricOf(sink, `hercules_sink_${name}`),
    ),
  );
  expect(consumed).toBe(filtered! + written! + dead! + pending!);
  sink.signal('SIGTERM');
  expect(await sink.waitForEnd(15_000)).toBe(0);
});
