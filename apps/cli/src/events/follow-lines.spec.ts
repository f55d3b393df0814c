import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followLines } from './follow-lines.ts';

let folder: string;
let file: string;
let stop: AbortController;
let lines: AsyncGenerator<string | undefined>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hercules-follow-'));
  file = join(folder, 'app.log');
  stop = new AbortController();
  const clock = { now: () => Date.now(), sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }) };
  lines = followLines(file, { clock, signal: stop.signal, pollMs: 5 });
});

afterEach(async () => {
  stop.abort();
  await lines.return(undefined);
  rmSync(folder, { recursive: true });
});

const take = async (count: number): Promise<string[]> => {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value } = await lines.next();
    if (value !== undefined) taken.push(value as string);
  }
  return taken;
};

it('waits for a file, gives what is there and what comes, lines as a whole', async () => {
  expect((await lines.next()).value).toBeUndefined();
  writeFileSync(file, 'one\r\ntwo\nthr');
  expect(await take(2)).toEqual(['one', 'two']);
  appendFileSync(file, 'ee\nfour ü\n');
  expect(await take(2)).toEqual(['three', 'four ü']);
});

it('reads a file that was rotated away to its end, the unfinished line too, and then the new one', async () => {
  writeFileSync(file, 'a\n');
  expect(await take(1)).toEqual(['a']);
  appendFileSync(file, 'b\nc');
  renameSync(file, `${file}.1`);
  writeFileSync(file, 'd\n');
  expect(await take(3)).toEqual(['b', 'c', 'd']);
});

it('reads a file anew that was cut', async () => {
  writeFileSync(file, 'a long first line\n');
  expect(await take(1)).toEqual(['a long first line']);
  truncateSync(file);
  appendFileSync(file, 'x\n');
  expect(await take(1)).toEqual(['x']);
});
