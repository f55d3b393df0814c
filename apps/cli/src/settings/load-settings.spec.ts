import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { loadSettings } from './load-settings.ts';
import { shownSettings } from './settings.ts';

const STACK = {
  kafka: '127.0.0.1:1',
  gateway: { http: 'http://127.0.0.1:2', grpc: '127.0.0.1:3' },
  managementApi: 'http://127.0.0.1:4',
  elasticSink: 'http://127.0.0.1:5',
  masterKey: 'stack-master',
  demo: { apiKey: 'stack-key', streams: [] },
};
const FILE = `
profile: one
profiles:
  one: { managementApi: http://one/, masterKey: one-master }
  two: { gateway: http://two }
`;
let home: string;
let clone: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hercules-settings-'));
  clone = join(home, 'clone');
  mkdirSync(join(clone, '.stack'), { recursive: true });
  mkdirSync(join(clone, 'deep', 'er'), { recursive: true });
  writeFileSync(join(clone, '.stack', 'endpoints.json'), JSON.stringify(STACK));
});
afterEach(() => rmSync(home, { recursive: true }));

const load = (more: Partial<Parameters<typeof loadSettings>[0]> = {}) => loadSettings({ env: {}, cwd: home, home, ...more });
const writeFile = (text = FILE): void => {
  mkdirSync(join(home, '.config', 'hercules'), { recursive: true });
  writeFileSync(join(home, '.config', 'hercules', 'config.yaml'), text);
};

it('finds the stack of the clone from any folder in it', () => {
  expect(load({ cwd: join(clone, 'deep', 'er') }).settings).toEqual({
    managementApi: 'http://127.0.0.1:4',
    gateway: 'http://127.0.0.1:2',
    sinks: { 'elastic-sink': 'http://127.0.0.1:5' },
    brokers: ['127.0.0.1:1'],
    masterKey: 'stack-master',
    apiKey: 'stack-key',
  });
  expect(load().settings).toEqual({});
});

it('takes the asked profile, else the default one, and the environment over it', () => {
  writeFile();
  expect(load().settings).toEqual({ managementApi: 'http://one', masterKey: 'one-master' });
  expect(load({ profile: 'two' }).settings).toEqual({ gateway: 'http://two' });
  expect(load({ env: { HERCULES_PROFILE: 'two', HERCULES_SINKS: 'a=http://a,b=http://b' } }).settings).toEqual({
    gateway: 'http://two',
    sinks: { a: 'http://a', b: 'http://b' },
  });
});

it('sends the keys of the stack to no other servers', () => {
  expect(load({ cwd: clone, env: { HERCULES_MANAGEMENT_API: 'http://elsewhere' } }).settings).toEqual({
    managementApi: 'http://elsewhere',
  });
  writeFile();
  expect(load({ cwd: clone, profile: 'two' }).settings).toEqual({ gateway: 'http://two' });
});

it('says what is wrong where, never with a key', () => {
  writeFile('profiles: { a: { masterKey: [secret-value], gateway: 5 } }');
  expect(() => load()).toThrow(/config\.yaml is wrong: .*profiles\.a\.masterKey/);
  writeFile('profiles: { a: { masterKey: secret-value');
  for (const check of [() => load(), () => load({ profile: 'x' }), () => load({ env: { HERCULES_GATEWAY: 'no url' } })]) {
    expect(check).toThrow(CliError);
    expect(check).not.toThrow(/secret-value/);
  }
  expect(() => load({ configFile: join(home, 'none.yaml') })).toThrow('ENOENT');
});

it('shows that a key is there and nothing of it', () => {
  expect(shownSettings({ gateway: 'http://g', apiKey: 'secret', masterKey: 'secret' })).toEqual({
    gateway: 'http://g',
    apiKey: '***',
    masterKey: '***',
  });
});
