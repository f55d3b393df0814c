import { splitEntries } from './entry-splitter.ts';
import { log4jFormat } from './log4j-format.ts';

const HEAD = '[2026-11-25T03:17:40,052Z] INFO';
const split = (text: string, isComplete: boolean, position = 0) => splitEntries(Buffer.from(text), position, log4jFormat, isComplete);

describe('splitEntries', () => {
  it('keeps the lines of a stack trace with the line before them', () => {
    const text = `${HEAD} é one (a.B)\njava.lang.Error\n\tat x\n${HEAD} two (a.B)\r\n`;
    const { entries, end } = split(text, true, 100);
    expect(entries.map(({ lines }) => lines)).toEqual([[`${HEAD} é one (a.B)`, 'java.lang.Error', '\tat x'], [`${HEAD} two (a.B)`]]);
    expect(entries[0]).toMatchObject({ start: 100, end: entries[1]!.start });
    expect(end).toBe(100 + Buffer.byteLength(text));
  });

  it('holds the last entry back while more lines may come', () => {
    const first = `${HEAD} one (a.B)\n`;
    const { entries, end } = split(`${first}${HEAD} two (a.B)\n\tat x\n`, false);
    expect(entries).toHaveLength(1);
    expect(end).toBe(first.length);
  });

  it('leaves a line that has no end yet', () => {
    const first = `${HEAD} one (a.B)\n`;
    const { entries, end } = split(`${first}${HEAD} tw`, true);
    expect(entries).toHaveLength(1);
    expect(end).toBe(first.length);
    expect(split('no end', true)).toEqual({ entries: [], end: 0 });
  });

  it('bounds an entry', () => {
    const { entries } = split(`${HEAD} ${'x'.repeat(20_000)}\n${'\tat x\n'.repeat(1000)}`, true);
    expect(entries).toHaveLength(1);
    expect(entries[0]!.lines).toHaveLength(400);
    expect(entries[0]!.lines[0]!.length).toBeLessThan(10_000);
  });
});
