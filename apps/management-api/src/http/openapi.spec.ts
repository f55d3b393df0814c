import { openApiDocument } from '@hercules/http-api';
import { Authorizer } from '@hercules/metadata';
import { allRoutes } from '../routes/routes.ts';
import { apiDescription } from './api-description.ts';

type Json = Record<string, unknown>;

const nothing = () => Promise.resolve('');
const routes = allRoutes({
  registry: {
    stream: () => undefined,
    streams: () => [],
    timeline: () => undefined,
    timelines: () => [],
    timelineEntry: () => undefined,
    validations: () => [],
    quotas: () => [],
    authorizer: new Authorizer(),
  },
  tasks: { submit: nothing, wait: () => Promise.resolve() },
  replays: {
    get: () => undefined,
    list: () => [],
    create: () => Promise.reject(new Error('not asked for')),
    measure: () => Promise.resolve({ records: 0, partitions: [] }),
    want: (entry) => Promise.resolve(entry),
  },
  ownTopics: [],
  deadLetters: {
    box: {
      open: () => Promise.resolve(undefined),
      page: () => Promise.resolve({ letters: [], unreadable: 0 }),
      find: () => Promise.resolve([]),
    },
    resender: { resend: () => Promise.resolve({ sent: 0, failed: [] }) },
    resendings: { of: () => undefined },
    stream: 'dead_letters',
  },
  auditor: { audit: () => Promise.resolve({ minutes: [], published: { gateways: [], sinks: [], groups: new Map() } }) },
});
const document = openApiDocument(routes, apiDescription('1.2.3'));
const paths = document.paths as Record<string, Record<string, Json>>;
const components = document.components as { schemas: Record<string, Json>; securitySchemes: Json };

describe('openApiDocument', () => {
  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ version: '1.2.3' });
    expect(Object.keys(document).sort()).toEqual(['components', 'info', 'openapi', 'paths']);
  });

  it('has every route, and the service endpoints', () => {
    for (const route of routes) expect(paths[route.path]?.[route.method.toLowerCase()]).toBeDefined();
    expect(Object.keys(paths)).toHaveLength(new Set(routes.map(({ path }) => path)).size + 5);
    expect(paths).toHaveProperty(['/openapi.json', 'get']);
  });

  it('gives each operation its own id, answers and parameters', () => {
    const operations = routes.map((route) => paths[route.path]![route.method.toLowerCase()]!);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { responses, parameters, security } of operations) {
      expect(Object.keys(responses as Json)).toEqual(expect.arrayContaining(['200', '401', '500']));
      for (const response of Object.values(responses as Record<string, Json>)) expect(response.description).toBeTruthy();
      for (const parameter of parameters as Json[]) {
        expect(parameter).toMatchObject({ in: 'query', name: expect.any(String) as string, required: expect.any(Boolean) as boolean });
        expect((parameter.schema as Json).type).toMatch(/^(string|integer)$/);
      }
      for (const scheme of security as Json[])
        expect(components.securitySchemes).toMatchObject(Object.fromEntries(Object.keys(scheme).map((name) => [name, {}])));
    }
  });

  it('describes parameters by the rules that check them', () => {
    const { parameters } = paths['/streams/increasePartitions']!.post as unknown as { parameters: { name: string; schema: Json }[] };
    expect(parameters.find(({ name }) => name === 'newPartitions')!.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 99 });
    expect(parameters.find(({ name }) => name === 'timeoutMs')).toMatchObject({
      required: false,
      schema: { minimum: 1000, maximum: 30_000 },
    });
  });

  it('describes bodies by the schemas that check them, and no reference leads nowhere', () => {
    const body = paths['/streams/create']!.post!.requestBody as { content: Json };
    expect(body.content['application/json']).toEqual({ schema: { $ref: '#/components/schemas/Stream' } });
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) expect(components.schemas).toHaveProperty(name!);
    expect(text).not.toContain('$defs');
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(['Stream', 'Filter', 'Condition', 'Timeline']));
  });

  it('names the statuses of bodies and rights', () => {
    expect(Object.keys(paths['/streams/create']!.post!.responses as Json)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '408',
      '409',
      '411',
      '413',
      '500',
      '503',
    ]);
    expect(Object.keys(paths['/streams/list']!.get!.responses as Json)).toEqual(['200', '401', '500']);
  });
});
