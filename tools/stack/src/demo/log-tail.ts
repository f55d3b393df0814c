import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** How far a log file has been read. The inode tells whether the name still stands for the same file. */
export interface TailPosition {
  readonly inode: number;
  readonly offset: number;
}

/** What a look at the file brought. */
export interface TailPiece {
  readonly bytes: Buffer;
  readonly inode: number;
  /** Where the piece begins in the file. */
  readonly offset: number;
  /** Whether the piece reaches the end of a file that did not grow for a while, or will never grow because it was rolled away. */
  readonly isComplete: boolean;
  /** Whether it has the most bytes that a piece can have. */
  readonly isFull: boolean;
}

const MOST_BYTES = 512 * 1024;

/** Follows a log file by name: across being rolled away (the old one is read to its end first), truncated, and not existing yet. */
export class LogTail {
  readonly #file: string;
  readonly #quietMs: number;
  #position: TailPosition | undefined;
  #fd: number | undefined;
  #size = -1;
  #grewAtMs = 0;

  /** @param quietMs a file that did not grow for so long has a complete last entry */
  constructor(file: string, position: TailPosition | undefined, quietMs = 700) {
    this.#file = file;
    this.#position = position;
    this.#quietMs = quietMs;
  }

  get position(): TailPosition | undefined {
    return this.#position;
  }

  /** Reads from the position on without moving it. Undefined when there is nothing new. */
  read(nowMs: number): TailPiece | undefined {
    this.#fd ??= this.#open();
    if (this.#fd === undefined || this.#position === undefined) return undefined;
    const { size } = fstatSync(this.#fd);
    if (size < this.#position.offset) this.#position = { ...this.#position, offset: 0 };
    if (size !== this.#size) {
      this.#size = size;
      this.#grewAtMs = nowMs;
    }
    const { inode, offset } = this.#position;
    const rolled = this.#isRolledAway(inode);
    if (size === offset) {
      if (rolled) this.#follow();
      return undefined;
    }
    const bytes = Buffer.alloc(Math.min(size - offset, MOST_BYTES));
    const length = readSync(this.#fd, bytes, 0, bytes.length, offset);
    const reachesEnd = offset + length >= size;
    const isComplete = reachesEnd ? rolled || nowMs - this.#grewAtMs >= this.#quietMs : false;
    return { bytes: bytes.subarray(0, length), inode, offset, isComplete, isFull: length === MOST_BYTES };
  }

  /** Everything before `offset` is done with. */
  advance(offset: number): void {
    if (this.#position) this.#position = { ...this.#position, offset };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Opens the file that the position belongs to: under its name or, if it was rolled away meanwhile, under the one it has now. */
  #open(): number | undefined {
    const known = this.#position;
    const current = statSync(this.#file, { throwIfNoEntry: false });
    if (known && current?.ino !== known.inode && statSync(`${this.#file}.1`, { throwIfNoEntry: false })?.ino === known.inode) {
      return openSync(`${this.#file}.1`, 'r');
    }
    if (!current) return undefined;
    const fd = openSync(this.#file, 'r');
    const { ino } = fstatSync(fd);
    if (ino !== known?.inode) this.#position = { inode: ino, offset: 0 };
    return fd;
  }

  #isRolledAway(inode: number): boolean {
    const current = statSync(this.#file, { throwIfNoEntry: false });
    return current !== undefined && current.ino !== inode;
  }

  #follow(): void {
    this.close();
    this.#position = undefined;
    this.#size = -1;
  }
}
