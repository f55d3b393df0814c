import { TickClock, UuidV1Generator } from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import { EventSender } from '../src/gateway/event-sender.ts';
import { AppSource } from '../src/metrics/app-source.ts';
import { ElasticsearchSource } from '../src/metrics/elasticsearch-source.ts';
import { KafkaSource } from '../src/metrics/kafka-source.ts';
import { MetricsReporter } from '../src/metrics/metrics-reporter.ts';
import { writeAnnotationEvent } from '../src/telemetry/annotation-event.ts';
import { dashboard, interpolate, panelQueries } from '../src/grafana/dashboard-file.ts';
import { countByField, searchDocuments } from './support/elasticsearch-search.ts';
import { GraphiteApi } from './support/graphite.ts';
import { ShopProcesses } from './support/shop-processes.ts';
import { SERVERS, WholePath } from './support/whole-path.ts';

jest.setTimeout(120_000);

const path = new WholePath();
const graphite = new GraphiteApi(SERVERS.graphite[2]!);
/** What the dashboard's variables stand for: all applications and levels of this test's own environment. */
const variables = { environment: path.name, application: '.*', level: '.*', window: '10s', trace: '' };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const kafka = new KafkaSource(SERVERS.kafka.split(',')[0]!, quiet);
let shop: ShopProcesses;
let reporter: MetricsReporter;
let annotatedAt: number;
const senders: EventSender[] = [];

const sender = (stream: string): EventSender => {
  const created = new EventSender({ gateway: path.gateway, apiKey: path.apiKey, stream, lingerMs: 50 });
  senders.push(created);
  return created;
};

beforeAll(async () => {
  await path.start();
  shop = await ShopProcesses.start({ gateway: path.gateway, apiKey: path.apiKey, environment: path.name, failureRate: 0.4, rate: 15 });
  reporter = new MetricsReporter({
    sources: [...[...path.urls].map(([name, url]) => new AppSource(name, url)), kafka, new ElasticsearchSource(SERVERS.elasticsearch)],
    sender: sender('metrics_demo'),
    project: 'hercules',
    environment: path.name,
    periodMs: 5000,
    print: () => undefined,
  });
  reporter.start();
  const tags = [
    ['project', 'hercules'],
    ['environment', path.name],
    ['application', 'gateway'],
  ] as const;
  const uuid = new UuidV1Generator().next();
  annotatedAt = Date.now();
  sender('annotations_demo').add((writer) => writeAnnotationEvent(writer, new TickClock().now(), uuid, 'gateway started', tags));
}, 120_000);

afterAll(async () => {
  reporter?.stop();
  await shop?.kill();
  await Promise.all(senders.map((each) => each.close(1000)));
  await kafka.close();
  await path.stop();
}, 60_000);

const of = (source: string, type?: string) =>
  panelQueries.filter((query) => query.source === source && (type === undefined || query.query.metrics?.[0]?.type === type));

describe("the dashboard's queries of metrics", () => {
  it.each(of('hercules-metrics').map(({ panel, query }) => [panel, query.target!]))('%s: %s gives data', async (_panel, target) => {
    const series = await waitUntil('series with two points', 60_000, async () => {
      const rendered = await graphite.render(interpolate(target, variables));
      // Streams of other tests on this Kafka come and go; one that was there for a single report has no rate.
      const drawn = rendered.filter(({ datapoints }) => datapoints.some(([value]) => value !== null));
      return drawn.length > 0 && drawn;
    });
    for (const { target: name } of series) expect(name).not.toMatch(/seriesByTag|unknown|null/);
  });

  it.each(dashboard.templating.list.filter(({ type }) => type === 'query').map(({ name, definition }) => [name, definition!]))(
    'the variable %s has values',
    async (name, definition) => {
      const [, tag, expression] = /^tag_values\((\w+), (.*)\)$/.exec(interpolate(definition, variables))!;
      const expected =
        name === 'environment' ? [path.name] : ['gateway', 'elastic-sink', 'kafka', 'elasticsearch', 'shop-front', 'shop-payment'];
      await waitUntil('all of them have reported', 60_000, async () => {
        expect(await graphite.tagValues(tag!, [expression!])).toEqual(expect.arrayContaining(expected));
        return true;
      });
    },
  );

  it('show what has happened', async () => {
    const target = panelQueries.find(({ panel }) => panel === 'Running')!.query.target!;
    await waitUntil('all of them have reported', 60_000, async () => {
      const series = await graphite.render(interpolate(target, variables));
      expect(series.map((each) => each.target).sort()).toEqual([...path.urls.keys(), 'elasticsearch', 'kafka'].sort());
      return true;
    });
    const one = await graphite.render(interpolate(target, { ...variables, application: 'gateway|kafka' }));
    expect(one.map((each) => each.target).sort()).toEqual(['gateway', 'kafka']);
  });
});

describe("the dashboard's queries of logs", () => {
  const query = of('hercules-logs', 'logs')[0]!.query.query!;

  it('logs of all applications, the newest first, with their traces', async () => {
    const documents = await waitUntil('lines of the whole shop', 30_000, async () => {
      const { hits } = await searchDocuments(path.logIndexes, interpolate(query, variables), 500);
      const applications = new Set(hits.hits.map(({ _source }) => _source['application']));
      return applications.size === 3 && hits.hits;
    });
    const times = documents.map(({ sort }) => sort![0] as number);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(documents.some(({ _source }) => /^[0-9a-f]{32}$/.test(String(_source['traceId'])))).toBe(true);
  });

  it('only the chosen applications and levels', async () => {
    const chosen = { ...variables, application: 'shop-payment|shop-cart', level: 'Error|Fatal' };
    const documents = await waitUntil('errors', 30_000, async () => {
      const { hits } = await searchDocuments(path.logIndexes, interpolate(query, chosen), 500);
      return hits.total.value > 1 && hits.hits;
    });
    for (const { _source } of documents) {
      expect(_source['level']).toBe('Error');
      expect(_source['application']).toMatch(/^shop-(payment|cart)$/);
    }
  });

  it('counts by level', async () => {
    const [{ query: graph }] = of('hercules-logs', 'count') as [(typeof panelQueries)[number]];
    const { field } = graph.bucketAggs![0]!;
    const { aggregations } = await countByField(path.logIndexes, interpolate(graph.query!, variables), field);
    expect(aggregations!['2']!.buckets.map(({ key }) => key)).toEqual(expect.arrayContaining(['Info', 'Error']));
  });

  it('failed requests of all three services, each with its trace', async () => {
    const failed = of('hercules-logs', 'raw_data')[0]!.query.query!;
    const documents = await waitUntil('three lines of one trace', 30_000, async () => {
      const { hits } = await searchDocuments(path.logIndexes, interpolate(failed, variables), 50);
      const traces = hits.hits.map(({ _source }) => _source['traceId'] as string);
      return traces.some((trace) => traces.filter((other) => other === trace).length === 3) && hits.hits;
    });
    for (const { _source } of documents) expect(_source).toMatchObject({ level: 'Error', environment: path.name });
  });
});

it('finds the annotations, with the fields that the dashboard names', async () => {
  const annotation = dashboard.annotations.list.find(({ datasource }) => datasource.uid === 'hercules-annotations')!;
  const [found] = await waitUntil('an annotation', 30_000, async () => {
    const { hits } = await searchDocuments(path.annotationIndex, interpolate(annotation.target!.query, variables), 10);
    return hits.hits.length > 0 && hits.hits;
  });
  expect(Date.parse(found!._source[annotation.timeField!] as string)).toBeGreaterThanOrEqual(annotatedAt - 1);
  expect(found!._source[annotation.textField!]).toBe('gateway started');
  expect(found!._source[annotation.tagsField!]).toBe(`project=hercules,environment=${path.name},application=gateway,subproject=null`);
});
