import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Clock } from '../context.ts';

export interface FollowOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Wait between two looks at a file that has not grown, in ms. */
  readonly pollMs?: number;
}

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Lines of a file from its beginning on, and those that come, until the signal. A file that is renamed away is read to its end before the new
 * one of that name; one that gets shorter is read anew. A file that is not there yet is waited for. `undefined` stands for a pause: all lines so
 * far have been given.
 */
export async function* followLines(path: string, { clock, signal, pollMs = 250 }: FollowOptions): AsyncGenerator<string | undefined> {
  let file: FileHandle | undefined;
  let position = 0;
  let rest: Buffer = Buffer.alloc(0);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    while (!signal.aborted) {
      file ??= await openIfThere(path);
      const { bytesRead } = file === undefined ? { bytesRead: 0 } : await file.read(chunk, 0, chunk.length, position);
      if (bytesRead > 0) {
        position += bytesRead;
        const all = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        let start = 0;
        for (let end = all.indexOf(NEWLINE); end >= 0; end = all.indexOf(NEWLINE, start)) {
          yield lineOf(all.subarray(start, end));
          start = end + 1;
        }
        rest = Buffer.from(all.subarray(start));
        continue;
      }
      const what = file === undefined ? 'same' : await whatBecame(file, path, position);
      if (what !== 'same') {
        // Nobody ends the last line of a file that was rotated away any more.
        if (rest.length > 0 && what === 'replaced') yield lineOf(rest);
        rest = Buffer.alloc(0);
        position = 0;
        if (what === 'replaced') {
          await file!.close();
          file = undefined;
        }
        continue;
      }
      yield undefined;
      await clock.sleep(pollMs, signal).catch(() => undefined);
    }
  } finally {
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Asked only when the open file was at its end; what the old file got in between is looked at once more before it is given up. */
async function whatBecame(file: FileHandle, path: string, position: number): Promise<'same' | 'shorter' | 'replaced'> {
  const named = await stat(path).catch(() => undefined);
  const opened = await file.stat();
  if (opened.size < position) return 'shorter';
  if (named === undefined || (named.ino === opened.ino && named.dev === opened.dev)) return 'same';
  return opened.size > position ? 'same' : 'replaced';
}

function lineOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
