import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { allNodes, commandTree } from './completion/command-tree.ts';
import type { Environment } from './context.ts';
import { EXIT_CODE } from './exit-code.ts';
import { createProgram } from './program.ts';
import { runCli } from './run-cli.ts';

/** Settings by which every app is where nobody listens. */
const NOBODY = {
  HERCULES_MANAGEMENT_API: 'http://127.0.0.1:9',
  HERCULES_QUERY_API: 'http://127.0.0.1:9',
  HERCULES_GATEWAY: 'http://127.0.0.1:9',
  HERCULES_MASTER_KEY: 'k',
  HERCULES_API_KEY: `readme_${'0'.repeat(32)}`,
  SHOP_KEY: `shop_${'0'.repeat(32)}`,
};
const README = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');

function surroundings(env: Record<string, string> = {}, cwd = '/', signal = new AbortController().signal, input = '') {
  const told = { out: '', err: '' };
  const environment: Environment = {
    env,
    cwd,
    home: '/nonexistent',
    stdin: Readable.from([input]),
    stdout: { write: (text) => (told.out += text) },
    stderr: { write: (text) => (told.err += text) },
    sendRetryMs: 0,
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    signal,
  };
  return { told, environment, run: (...args: string[]) => runCli(environment, args) };
}

/** Commands that do something, as `stream create`. */
function commandNames(): string[] {
  const nodes = allNodes(commandTree(createProgram(surroundings().environment)));
  return nodes.filter(({ commands }) => commands.length === 0).map(({ path }) => path.slice(1).join(' '));
}

it('tells what is wrong with the command line, as text and as JSON', async () => {
  const { told, run } = surroundings({ HERCULES_MANAGEMENT_API: 'http://127.0.0.1:9', HERCULES_MASTER_KEY: 'k' });
  expect(await run('stream', 'create')).toBe(EXIT_CODE.usage);
  expect(told).toEqual({ out: '', err: expect.stringContaining("missing required argument 'name'") });
  told.err = '';
  expect(await run('stream', 'create', 'a', '--ttl', 'soon', '--json')).toBe(EXIT_CODE.usage);
  expect(JSON.parse(told.err)).toEqual({ error: { code: 'usage', message: '"soon" is no duration', hint: expect.any(String) } });
});

it('says which setting is missing', async () => {
  const { told, run } = surroundings();
  expect(await run('stream', 'list', '--json')).toBe(EXIT_CODE.usage);
  expect(JSON.parse(told.err)).toMatchObject({ error: { code: 'usage', message: expect.stringMatching(/setting \w+ is missing/) } });
});

it('says which app cannot be reached, and no key', async () => {
  const { told, run } = surroundings({ HERCULES_MANAGEMENT_API: 'http://127.0.0.1:9', HERCULES_MASTER_KEY: 'very-secret' });
  expect(await run('stream', 'list')).toBe(EXIT_CODE.unreachable);
  expect(told.err).toContain('management-api cannot be reached at http://127.0.0.1:9');
  expect(told.err).not.toContain('very-secret');
});

it('shows help with 0 and no command with 2', async () => {
  const { told, run } = surroundings();
  expect(await run('--help')).toBe(0);
  expect(told.out).toContain('Usage: hercules');
  expect(await run()).toBe(EXIT_CODE.usage);
});

it('deletes nothing without --yes when nobody can be asked', async () => {
  const { told, run } = surroundings({ HERCULES_MANAGEMENT_API: 'http://127.0.0.1:9', HERCULES_MASTER_KEY: 'k' });
  expect(await run('stream', 'delete', 'logs')).toBe(EXIT_CODE.usage);
  expect(told.err).toContain('--yes');
});

it('the README names every command, and no other', () => {
  const named = [...README.matchAll(/^\| `hercules ([a-z ]+?)(?: [<[-][^`]*)?` +\|/gm)].map(([, name]) => name!);
  expect(named.sort()).toEqual(
    commandNames()
      .filter((name) => name !== 'tap')
      .sort(),
  );
});

it('the README has the exit codes', () => {
  for (const [name, code] of Object.entries(EXIT_CODE)) expect(README).toMatch(new RegExp(`\\| ${code} +\\| \`${name}\``));
});

it('a command that was stopped before it was done has not ended well, one that follows has', async () => {
  const { told, run } = surroundings(NOBODY, '/', AbortSignal.abort(), '{"a":1}');
  expect(await run('send', 'logs')).toBe(EXIT_CODE.interrupted);
  expect(told.err).toContain('Stopped');
  expect(await run('tail', 'logs')).toBe(EXIT_CODE.done);
});

describe('the examples of the README', () => {
  const examples = [...README.matchAll(/^\|[^|]+\| `hercules ([^`]+)` +\|/gm)].map(([, text]) => text!);
  const words = (text: string): string[] => [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const plan = /```yaml\n(# plan\.yaml[^]*?)```/.exec(README)![1]!;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hercules-readme-'));
    writeFileSync(join(folder, 'plan.yaml'), plan);
    writeFileSync(join(folder, 'app.log'), 'a line\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are there', () => expect(examples.length).toBeGreaterThan(30));

  // Nobody listens where these settings say: whoever gets as far as to ask has understood all of the command line.
  it.each(examples)('%s is understood', async (example) => {
    const { told, run } = surroundings(NOBODY, folder);
    const code = await run(...words(example));
    const expected: Record<string, number> = { config: EXIT_CODE.done, top: EXIT_CODE.done, doctor: EXIT_CODE.failed };
    expect([code, told.err]).toEqual([expected[words(example)[0]!] ?? EXIT_CODE.unreachable, expect.any(String)]);
  });
});

describe('completion', () => {
  const script = async (shell: string): Promise<string> => {
    const { told, run } = surroundings();
    expect(await run('completion', shell)).toBe(0);
    return told.out;
  };
  const complete = (text: string, ...words: string[]): string[] => {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _hercules; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${text}\n${line}`], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trim().split(' ');
  };

  it('of bash completes commands, their commands and their flags', async () => {
    const text = await script('bash');
    expect(complete(text, 'hercules', 'str')).toEqual(['stream']);
    expect(complete(text, 'hercules', 'stream', 'd')).toEqual(['delete', 'description']);
    expect(complete(text, 'hercules', 'stream', 'create', 'logs', '--part')).toEqual(['--partitions']);
    expect(complete(text, 'hercules', 'stream', 'list', '--js')).toEqual(['--json']);
  });

  it('of zsh and fish has every command', async () => {
    const [zsh, fish] = [await script('zsh'), await script('fish')];
    expect(zsh).toContain('bashcompinit');
    for (const name of commandNames()) {
      expect(zsh).toContain(`'${name}')`);
      expect(fish).toContain(`-a ${name.split(' ').at(-1)} `);
    }
  });

  it('refuses other shells', async () => expect(await surroundings().run('completion', 'cmd')).toBe(EXIT_CODE.usage));
});
