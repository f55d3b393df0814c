import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogTail } from './log-tail.ts';

describe('LogTail', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-tail-'));
    file = join(folder, 'a.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const takeAll = (tail: LogTail, nowMs: number): string | undefined => {
    const piece = tail.read(nowMs);
    if (piece) tail.advance(piece.offset + piece.bytes.length);
    return piece?.bytes.toString();
  };

  it('waits for a file that is not there yet and follows it', () => {
    const tail = new LogTail(file, undefined);
    expect(tail.read(0)).toBeUndefined();
    writeFileSync(file, 'one\n');
    expect(takeAll(tail, 0)).toBe('one\n');
    expect(tail.read(0)).toBeUndefined();
    appendFileSync(file, 'two\n');
    expect(takeAll(tail, 0)).toBe('two\n');
    tail.close();
  });

  it('calls a piece complete when the file has been quiet', () => {
    const tail = new LogTail(file, undefined, 700);
    writeFileSync(file, 'one\n');
    expect(tail.read(1000)!.isComplete).toBe(false);
    expect(tail.read(1699)!.isComplete).toBe(false);
    expect(tail.read(1700)!.isComplete).toBe(true);
    tail.close();
  });

  it('goes on where another left off', () => {
    writeFileSync(file, 'one\ntwo\n');
    const first = new LogTail(file, undefined);
    first.read(0);
    first.advance(4);
    first.close();
    const second = new LogTail(file, first.position);
    expect(takeAll(second, 0)).toBe('two\n');
    second.close();
  });

  it('reads a rolled file to its end before the new one', () => {
    writeFileSync(file, 'one\n');
    const tail = new LogTail(file, undefined);
    expect(takeAll(tail, 0)).toBe('one\n');
    appendFileSync(file, 'two\n');
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'three\n');
    expect(tail.read(0)!.isComplete).toBe(true);
    expect(takeAll(tail, 0)).toBe('two\n');
    expect(takeAll(tail, 0)).toBeUndefined();
    expect(takeAll(tail, 0)).toBe('three\n');
    tail.close();
  });

  it('finds the rolled file again after a restart', () => {
    writeFileSync(file, 'one\ntwo\n');
    const first = new LogTail(file, undefined);
    first.read(0);
    first.advance(4);
    first.close();
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'three\n');
    const second = new LogTail(file, first.position);
    expect(takeAll(second, 0)).toBe('two\n');
    expect(takeAll(second, 0)).toBeUndefined();
    expect(takeAll(second, 0)).toBe('three\n');
    second.close();
  });

  it('starts over when the file was cut', () => {
    writeFileSync(file, 'a long line\n');
    const tail = new LogTail(file, undefined);
    takeAll(tail, 0);
    truncateSync(file, 0);
    appendFileSync(file, 'new\n');
    expect(takeAll(tail, 0)).toBe('new\n');
    tail.close();
  });
});
