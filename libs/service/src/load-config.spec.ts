import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { httpConfigSchema, serviceConfigSchema, workersSchema } from './config-schemas.ts';
import { secret } from './config-secrets.ts';
import { loadConfig } from './load-config.ts';

const resolver = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tags'), tags: z.array(z.string()) }),
  z.object({ type: z.literal('static'), name: z.string() }),
]);

const schema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(8080),
  workers: workersSchema,
  kafka: z
    .object({
      brokers: z.array(z.string().regex(/:\d+$/, 'expected host:port')).default(['127.0.0.1:9092']),
      sasl: z
        .object({ password: secret(z.string().min(8)).optional(), users: z.array(z.object({ key: secret(z.string()) })).default([]) })
        .prefault({}),
    })
    .prefault({}),
  resolvers: z.array(resolver).default([]),
  labels: z.record(z.string(), z.number()).default({}),
  ratio: z.number().default(0.5),
  compress: z.boolean().default(false),
  masterKeys: secret(z.array(z.string().min(3)).min(1, 'expected one or more keys')).default(['abc']),
});

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'hercules-config-'))));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;
function file(content: string): string {
  const path = join(directory, `${++files}.yaml`);
  writeFileSync(path, content);
  return path;
}

type Env = Record<string, string>;

function load(args: string[] = [], env: Env = {}) {
  const loaded = loadConfig(schema, { args, env });
  if (loaded.task === 'help') throw new Error('help was not asked for');
  return loaded;
}

function mistake(args: string[], env: Env = {}): string {
  try {
    load(args, env);
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_CONFIG' });
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message.replaceAll(directory, '');
  }
  throw new Error('the settings were taken');
}

describe('sources', () => {
  it('have defaults', () => {
    const { config, task } = load();
    expect(task).toBe('run');
    expect(config).toMatchObject({
      http: { host: '127.0.0.1', port: 8080 },
      kafka: { brokers: ['127.0.0.1:9092'] },
      workers: 1,
      zone: 'default',
    });
  });

  it('come one over the other: file, environment, flags', () => {
    const path = file('zone: file\nenvironment: file\ninstanceId: file\nhttp:\n  port: 1\n  host: file\n');
    const { config } = load(['--config', path, '--zone=flag', '--http.port', '3'], {
      HERCULES_ZONE: 'environment',
      HERCULES_ENVIRONMENT: 'environment',
      HERCULES_HTTP_PORT: '2',
    });
    expect(config).toMatchObject({ zone: 'flag', environment: 'environment', instanceId: 'file', http: { port: 3, host: 'file' } });
  });

  it('may be an empty file, or have empty sections', () => {
    expect(load(['--config', file('')]).config.http.port).toBe(8080);
    expect(load(['--config', file('http:\n  # port: 1\nzone:\n')]).config).toMatchObject({ http: { port: 8080 }, zone: 'default' });
  });

  it('have flags in kebab case at the top level', () => {
    expect(load(['--log-level=debug', '--workers', 'auto']).config).toMatchObject({ logLevel: 'debug', workers: 'auto' });
  });

  it('know what is asked for', () => {
    expect(load(['--print-config']).task).toBe('print');
    expect(loadConfig(schema, { args: ['--nonsense', '--help'], env: { HERCULES_HTTP_PORT: 'x' } }).task).toBe('help');
  });
});

describe('text values', () => {
  it.each<[setting: string, text: string, value: unknown]>([
    ['http.port', '12', 12],
    ['ratio', '-1.5e-3', -0.0015],
    ['compress', 'true', true],
    ['kafka.brokers', 'a:1, b:2', ['a:1', 'b:2']],
    ['kafka.brokers', '["a:1"]', ['a:1']],
    ['resolvers', '[{"type":"static","name":"x"}]', [{ type: 'static', name: 'x' }]],
    ['labels', '{"a":1}', { a: 1 }],
    ['workers', '4', 4],
    ['zone', '', ''],
  ])('%s takes %s', (setting, text, value) => {
    const variable = `HERCULES_${setting.replace('.', '_').toUpperCase()}`;
    const read = (args: string[], env: Env): unknown =>
      setting.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], load(args, env).config);
    if (text === '') expect(mistake([`--${setting}=`])).toContain('setting "zone" = ""');
    else {
      expect(read([`--${setting}=${text}`], {})).toEqual(value);
      expect(read([], { [variable]: text })).toEqual(value);
    }
  });

  it('lets a boolean flag stand alone', () => {
    expect(load(['--compress', '--http.port=1']).config).toMatchObject({ compress: true, http: { port: 1 } });
    expect(load(['--compress', 'false']).config.compress).toBe(false);
  });

  it.each([
    [['--http.port=0x10'], 'setting "http.port" = "0x10" from flag --http.port: expected number, received string'],
    [['--http.port=1.5'], 'setting "http.port" = 1.5 from flag --http.port: expected int, received number'],
    [['--http.port='], 'setting "http.port" = "" from flag --http.port: expected number, received string'],
    [['--compress=yes'], 'setting "compress" = "yes" from flag --compress: expected boolean, received string'],
    [['--workers=many'], 'setting "workers" = "many" from flag --workers: expected a number from 1 to 256, or auto'],
    [['--labels={'], 'setting "labels" = "{" from flag --labels: expected a JSON object'],
    [['--resolvers=a,b'], 'setting "resolvers" = "a,b" from flag --resolvers: expected a JSON list'],
    [['--kafka.brokers=a:1,b'], 'setting "kafka.brokers.1" = "b" from flag --kafka.brokers: expected host:port'],
  ])('refuses %j', (args, message) => expect(mistake(args)).toBe(message));
});

describe('mistakes', () => {
  it('name the line of the file', () => {
    const path = file('zone: z\nkafka:\n  brokers:\n    - a:1\n    - b\n');
    expect(mistake(['--config', path])).toBe(`setting "kafka.brokers.1" = "b" from /${files}.yaml:5: expected host:port`);
    expect(mistake(['--config', file('http: 5\n')])).toBe(`setting "http" = 5 from /${files}.yaml:1: expected object, received number`);
  });

  it('are settings that there are not, at any depth', () => {
    const unknown = 'there is no such setting; --help lists the settings';
    expect(mistake(['--config', file('zone: a\nzonk: b\n')])).toBe(`setting "zonk" from /${files}.yaml:2: ${unknown}`);
    expect(mistake(['--config', file('kafka:\n  brokerz: [a]\n')])).toBe(`setting "kafka.brokerz" from /${files}.yaml:2: ${unknown}`);
    expect(mistake(['--config', file('constructor: 1\n')])).toBe(`setting "constructor" from /${files}.yaml:1: ${unknown}`);
    const list = 'resolvers:\n  - type: static\n    name: x\n  - type: tags\n    tags: [a]\n    tagz: [b]\n';
    expect(mistake(['--config', file(list)])).toBe(`setting "resolvers.1.tagz" from /${files}.yaml:6: ${unknown}`);
    expect(mistake(['--resolvers=[{"type":"static","name":"x","y":1}]'])).toBe(`setting "resolvers.0.y" from flag --resolvers: ${unknown}`);
    expect(mistake(['--http.Port=1'])).toBe(`flag --http.Port: ${unknown}`);
    expect(mistake([], { HERCULES_KAFKA_BROKERZ: 'a:1' })).toBe(`environment variable HERCULES_KAFKA_BROKERZ: ${unknown}`);
  });

  it('are not variables of other apps and of tools', () => {
    const { ignoredVariables } = load([], {
      HERCULES_ELASTICSEARCH_NODES: 'x',
      HERCULES_TEST_KAFKA: 'x',
      HERCULES_WORKER_ID: '1',
      PATH: 'x',
    });
    expect(ignoredVariables).toEqual(['HERCULES_ELASTICSEARCH_NODES']);
  });

  it('never show a secret', () => {
    expect(mistake([], { HERCULES_KAFKA_SASL_PASSWORD: 'hush' })).toMatch(
      /^setting "kafka\.sasl\.password" = \*\*\* from environment variable HERCULES_KAFKA_SASL_PASSWORD: .*expected/,
    );
    expect(mistake(['--master-keys=abcd,xy'])).toMatch(/^setting "masterKeys\.1" = \*\*\* from flag --master-keys: /);
    expect(mistake(['--kafka.sasl.users=[{"key":5}]'])).toMatch(/^setting "kafka\.sasl\.users\.0\.key" = \*\*\* from/);
    expect(mistake(['--config', file('kafka:\n  sasl: hush-hush\n')])).not.toContain('hush');
    expect(mistake(['--config', file('masterKeys: *hush\n')])).toBe(`--config /${files}.yaml: expected YAML whose aliases can be resolved`);
    expect(mistake(['hush'])).not.toContain('hush');
    expect(mistake(['--kafka.brokers=http://u:hush@h'])).not.toContain('hush');
  });

  it('are files that cannot be read', () => {
    expect(mistake(['--config', join(directory, 'none.yaml')])).toBe(
      '--config /none.yaml: expected a YAML file that can be read: there is no such file',
    );
    expect(mistake(['--config', file('a: [1\n')])).toMatch(/^--config \/\d+\.yaml:\d: expected YAML, found: /);
    expect(mistake(['--config', file('- 1\n')])).toBe(`--config /${files}.yaml: expected settings, each as "name: value"`);
    expect(mistake(['--config'])).toBe('flag --config: expected a value');
  });

  it('are required settings that nobody has given', () => {
    const required = z.object({ ...serviceConfigSchema.shape, index: z.object({ name: z.string() }).prefault({} as { name: string }) });
    expect(() => loadConfig(required, { args: [], env: {} })).toThrow(
      'setting "index.name" is not set (environment variable HERCULES_INDEX_NAME): expected string, received undefined',
    );
  });
});
