import { parse } from 'yaml';
import { z } from 'zod';
import { httpConfigSchema, serviceConfigSchema, workersSchema } from './config-schemas.ts';
import { secret } from './config-secrets.ts';
import { renderConfigTable } from './config-table.ts';
import { settingsOf } from './config-tree.ts';
import { helpText, printableConfig } from './print-config.ts';

const schema = z.object({
  logLevel: serviceConfigSchema.shape.logLevel,
  http: httpConfigSchema(8080),
  workers: workersSchema,
  password: secret(z.string()).optional().describe('A | password'),
  keys: secret(z.array(z.string())).default([]),
  users: z.array(z.object({ name: z.string(), key: secret(z.string()) })).default([]),
  targets: z.record(z.string(), z.object({ token: z.string().meta({ secret: true }), url: z.url() })).default({}),
  either: z.union([z.object({ file: z.string() }), z.object({ key: secret(z.string()) })]).optional(),
  nodes: z.array(z.url()).default(['http://a:1', 'http://b:2']),
  trimmed: z
    .string()
    .transform((text) => text.trim())
    .default('x'),
});
const settings = settingsOf(schema);

it('masks secrets wherever they stand, and passwords in URLs', () => {
  const shown = printableConfig(
    schema.parse({
      password: 'hush',
      keys: ['hush', 'hush'],
      users: [{ name: 'ann', key: 'hush' }],
      targets: { t: { token: 'hush', url: 'http://user:hush@host/' } },
      either: { key: 'hush' },
      nodes: ['https://user:hush@host:9200'],
    }),
    settings,
  );
  expect(shown).not.toContain('hush');
  expect(parse(shown)).toEqual({
    logLevel: 'info',
    http: { host: '127.0.0.1', port: 8080 },
    workers: 1,
    password: '***',
    keys: ['***', '***'],
    users: [{ name: 'ann', key: '***' }],
    targets: { t: { token: '***', url: 'http://user:***@host/' } },
    either: { key: '***' },
    nodes: ['https://user:***@host:9200'],
    trimmed: 'x',
  });
});

it('makes the table of the settings', () => {
  expect(renderConfigTable(schema)).toBe(renderConfigTable(settings));
  expect(renderConfigTable(schema).split('\n')).toEqual([
    '| setting | environment variable | type | default | meaning |',
    '|---|---|---|---|---|',
    '| `logLevel` | `HERCULES_LOG_LEVEL` | debug, info, warn or error | `info` | Least severe level that is logged |',
    '| `http.host` | `HERCULES_HTTP_HOST` | text | `127.0.0.1` | Address to listen on; 0.0.0.0 for all |',
    '| `http.port` | `HERCULES_HTTP_PORT` | integer 0 to 65535 | `8080` | Port to listen on; 0 takes a free one |',
    '| `http.tls.certFile` | `HERCULES_HTTP_TLS_CERT_FILE` | text | required with http.tls | PEM file of the certificate chain |',
    '| `http.tls.keyFile` | `HERCULES_HTTP_TLS_KEY_FILE` | text | required with http.tls | PEM file of the private key |',
    '| `http.tls.caFile` | `HERCULES_HTTP_TLS_CA_FILE` | text | none | PEM file of the authority that client certificates must come from |',
    '| `workers` | `HERCULES_WORKERS` | auto or integer 1 to 256 | `1` | Processes that share the ports; auto: one a core |',
    '| `password` | `HERCULES_PASSWORD` | text | none | A \\| password |',
    '| `keys` | `HERCULES_KEYS` | list of text | none |  |',
    '| `users` | `HERCULES_USERS` | list of objects (JSON) | none |  |',
    '| `targets` | `HERCULES_TARGETS` | object (JSON) | none |  |',
    '| `either` | `HERCULES_EITHER` | object (JSON) | none |  |',
    '| `nodes` | `HERCULES_NODES` | list of URL | `http://a:1,http://b:2` |  |',
    '| `trimmed` | `HERCULES_TRIMMED` | text | `x` |  |',
  ]);
});

it('helps', () => {
  const text = helpText('app', 'Does things.', settings);
  expect(text).toContain('app: Does things.\n');
  expect(text).toContain(
    '  --http.port=<integer 0 to 65535>  (default 8080)\n      Port to listen on; 0 takes a free one\n      HERCULES_HTTP_PORT\n',
  );
  expect(text).toContain('  --password=<text>  (no default)\n');
});
