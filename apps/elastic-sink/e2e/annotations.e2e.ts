import { type AppProcess } from '@hercules/service/testing';
import { tag, type Value } from '@hercules/protocol';
import { documentIdOf, newEvent } from './support/log-events.ts';
import { SinkStand } from './support/sink-stand.ts';

jest.setTimeout(90_000);

const stand = new SinkStand();
const index = `${stand.indexPrefix}annotations`;
let sink: AppProcess;

const annotation = (description: string, pairs: readonly (readonly [string, string])[]): Buffer =>
  newEvent({
    description: tag.string(description),
    tags: tag.vector(
      'container',
      pairs.map(
        ([key, value]) =>
          new Map<string, Value>([
            ['key', tag.string(key)],
            ['value', tag.string(value)],
          ]),
      ),
    ),
  });

const STARTED = annotation('gateway started', [
  ['project', 'hercules'],
  ['environment', 'local'],
  ['application', 'gateway.http'],
]);
const STOPPED = annotation('cart stopped', [
  ['project', 'shop'],
  ['subproject', 'cart'],
]);

beforeAll(async () => {
  await stand.open();
  sink = await stand.startSink({
    HERCULES_MAPPING: 'annotation-event',
    HERCULES_INDEX_POLICY: 'STATIC',
    HERCULES_INDEX_RESOLVERS: JSON.stringify([{ type: 'static', name: 'annotations' }]),
  });
  const topic = await stand.createStream('annotations');
  await stand.send(topic, [STARTED, STOPPED]);
  await stand.waitUntilCommitted(topic);
});
afterAll(async () => {
  await stand.close();
  await stand.elasticsearch.request('DELETE', `/_index_template/${index}`, undefined, [404]);
});

const found = async (query: string): Promise<string[]> => {
  // The query that Grafana makes of an annotation query's text, within the time range of its dashboard.
  const body = {
    size: 500,
    query: {
      bool: {
        filter: [
          { range: { '@timestamp': { gte: Date.now() - 3_600_000, lte: Date.now() + 60_000, format: 'epoch_millis' } } },
          { query_string: { query } },
        ],
      },
    },
    sort: [{ '@timestamp': { order: 'asc' } }],
  };
  const answer = (await stand.elasticsearch.request('POST', `/${index}/_search`, body)) as { hits: { hits: { _id: string }[] } };
  return answer.hits.hits.map(({ _id }) => _id);
};

describe('annotations', () => {
  it('are documents of one index, with their tags as text and each as a field', async () => {
    const documents = await stand.elasticsearch.documents(`${stand.indexPrefix}*`);
    expect(documents).toEqual([
      expect.objectContaining({
        _index: index,
        _id: documentIdOf(STARTED),
        _source: {
          '@timestamp': expect.stringMatching(/^\d{4}-.*\d{9}Z$/) as string,
          description: 'gateway started',
          tags: 'project=hercules,environment=local,application=gateway_http,subproject=null',
          project: 'hercules',
          environment: 'local',
          application: 'gateway.http',
        },
      }),
      expect.objectContaining({
        _index: index,
        _id: documentIdOf(STOPPED),
        _source: expect.objectContaining({ tags: 'project=shop,subproject=cart,', project: 'shop', subproject: 'cart' }) as object,
      }),
    ]);
  });

  it.each([
    ['tags:"project=hercules"', [STARTED]],
    ['tags:"environment=local"', [STARTED]],
    ['project:shop', [STOPPED]],
    ['application:"gateway.http"', [STARTED]],
    ['description:started', [STARTED]],
    ['*', [STARTED, STOPPED]],
  ])('are found by %s', async (query, events) => {
    expect(await found(query)).toEqual(events.map(documentIdOf));
  });

  it('have a template for their index and no other', async () => {
    const { index_templates: templates } = (await stand.elasticsearch.request('GET', `/_index_template/${index}`)) as {
      index_templates: {
        index_template: { index_patterns: string[]; template: { mappings: { properties: Record<string, { type: string }> } } };
      }[];
    };
    const { index_patterns: patterns, template } = templates[0]!.index_template;
    expect(patterns).toEqual([index]);
    const { properties } = template.mappings;
    expect(Object.entries(properties).map(([name, { type }]) => `${name} ${type}`)).toEqual(
      expect.arrayContaining(['@timestamp date_nanos', 'description text', 'tags text']),
    );
    expect(properties).not.toHaveProperty('stackTrace');
  });

  it('end with the sink', async () => {
    sink.signal('SIGTERM');
    expect(await sink.waitForEnd(15_000)).toBe(0);
  });
});
