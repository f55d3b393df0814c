import { z } from 'zod';
import { JSON_TYPE, OCTETS, TEXT } from './answer.ts';
import type { Parameter } from './parameter.ts';
import type { AnswerDescription, Route } from './route.ts';

type Json = Record<string, unknown>;

const OPEN_SEGMENT = /:(\w+)/g;

const SECURITY_SCHEMES = {
  masterApiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'Hercules masterApiKey <key>, exactly so. The header masterApiKey: <key> is deprecated, but still read.',
  },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'Hercules apiKey <key>, exactly so. The header apiKey: <key> is deprecated, but still read.',
  },
};

const SERVICE_ROUTES: Readonly<Record<string, Json>> = {
  '/ping': serviceRoute('Answers while the server listens', { 200: 'It listens' }),
  '/about': serviceRoute('Name, version and place of the application', { 200: 'About the application' }),
  '/status': serviceRoute('Health', { 200: 'Running', 503: 'Starting', 410: 'Stopping', 500: 'Failed' }),
  '/metrics': serviceRoute('Metrics in the text format of Prometheus', { 200: 'The metrics' }),
  '/openapi.json': serviceRoute('This description', { 200: 'OpenAPI 3.1' }),
};

export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** Whether there are master keys. */
  readonly masterKeys: boolean;
}

/** The OpenAPI 3.1 description of the routes, made of the same schemas that check requests. */
export function openApiDocument(routes: readonly Route[], { masterKeys, ...info }: ApiDescription): Json {
  const schemas: Json = {};
  const paths: Json = { ...SERVICE_ROUTES };
  for (const route of routes) {
    const path = route.path.replace(OPEN_SEGMENT, '{$1}');
    const sharesPath = routes.some((other) => other !== route && other.path === route.path);
    const operationId = operationIdOf(route, sharesPath);
    paths[path] = {
      ...(paths[path] as Json | undefined),
      [route.method.toLowerCase()]: operation(route, operationId, masterKeys, schemas),
    };
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: { securitySchemes: masterKeys ? SECURITY_SCHEMES : { apiKey: SECURITY_SCHEMES.apiKey }, schemas },
  };
}

/** The path in camel case; with the method before it where that alone tells two operations apart. */
function operationIdOf({ path, method }: Route, sharesPath: boolean): string {
  const text = `${sharesPath ? `/${method.toLowerCase()}` : ''}${path}`;
  return text.slice(1).replace(/\/:?(.)/g, (_match, letter: string) => letter.toUpperCase());
}

function operation(route: Route, operationId: string, masterKeys: boolean, schemas: Json): Json {
  const answers: Record<number, AnswerDescription> = {
    ...route.answers,
    500: { description: 'Internal error' },
  };
  if (route.access !== 'none') answers[401] = { description: 'The key is missing or unknown, or has no rule with this right at all' };
  if (route.rights !== undefined) answers[403] = { description: 'The key has no such right on this name, or is blacklisted' };
  if (route.body !== undefined) {
    answers[411] = { description: 'Content-Length is missing' };
    answers[413] = { description: 'The body is too long' };
  }
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.rights === undefined
      ? {}
      : { description: `Rights that an API key needs: ${route.rights}.${masterKeys ? ' A master key needs none.' : ''}` }),
    security: security(route, masterKeys),
    parameters: [
      ...[...route.path.matchAll(OPEN_SEGMENT)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...route.parameters.map(parameter),
    ],
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: route.body.description,
            content:
              route.body.schema === undefined
                ? { [OCTETS]: { schema: { type: 'string', format: 'binary' } } }
                : { [JSON_TYPE]: { schema: toSchema(route.body.schema, 'input', schemas) } },
          },
        }),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(Number(status), answer, schemas)])),
  };
}

function security(route: Route, masterKeys: boolean): Json[] {
  if (route.access === 'none') return [];
  const master = masterKeys || route.access === 'master' ? [{ masterApiKey: [] }] : [];
  return route.access === 'master' ? master : [...master, { apiKey: [] }];
}

function parameter({ name, description, required, emptyIsMissing, schema }: Parameter<unknown>): Json {
  const form = numberSide(schema);
  return { name, in: 'query', description, required, ...(emptyIsMissing ? {} : { allowEmptyValue: true }), schema: form };
}

/** A number is described by what comes out of the check, anything else by the text that goes in. */
function numberSide(schema: z.ZodType): Json {
  const output = plainSchema(schema, 'output');
  return output.type === 'integer' ? output : plainSchema(schema, 'input');
}

function response(status: number, { description, schema }: AnswerDescription, schemas: Json): Json {
  if (schema !== undefined) return { description, content: { [JSON_TYPE]: { schema: toSchema(schema, 'output', schemas) } } };
  return status < 400 ? { description } : { description, content: { [TEXT]: { schema: { type: 'string' } } } };
}

/** A schema whose named parts are moved to the document's components. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const suffix = io === 'output' ? 'Answer' : '';
  const text = JSON.stringify(plainSchema(schema, io), (key, value: unknown) => {
    return key === '$ref' && typeof value === 'string' ? `${value.replace('#/$defs/', '#/components/schemas/')}${suffix}` : value;
  });
  const { $defs = {}, ...rest } = JSON.parse(text) as { $defs?: Json };
  for (const [name, definition] of Object.entries($defs)) schemas[`${name}${suffix}`] = definition;
  return rest;
}

function plainSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function serviceRoute(summary: string, answers: Record<number, string>): Json {
  const responses = Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description }]));
  return { get: { tags: ['service'], summary, security: [], responses } };
}
