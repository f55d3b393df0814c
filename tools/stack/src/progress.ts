/** Shows what a start is doing: one line that is rewritten for each step on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly #steps = new Map<string, string>();
  readonly #lastPlain = new Map<string, number>();
  #lineLength = 0;

  constructor(out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number } = process.stderr) {
    this.#out = out;
  }

  /** Sets what step `name` is doing now. Off a terminal at most one line in 5 s for a step that only counts on. */
  update(name: string, text: string): void {
    const isNew = !this.#steps.has(name);
    this.#steps.set(name, text);
    if (this.#out.isTTY) return this.#draw();
    const now = Date.now();
    if (!isNew && now - (this.#lastPlain.get(name) ?? 0) < 5000) return;
    this.#lastPlain.set(name, now);
    this.#out.write(`${name}: ${text}\n`);
  }

  /** Ends step `name` with a line that stays. */
  done(name: string, text: string): void {
    this.#steps.delete(name);
    this.#lastPlain.delete(name);
    this.line(`${name}: ${text}`);
  }

  /** Writes a line that stays. */
  line(text: string): void {
    this.#clear();
    this.#out.write(`${text}\n`);
    if (this.#steps.size > 0) this.#draw();
  }

  /** Takes the rewritten line away; call it before anything else writes to the terminal. */
  end(): void {
    this.#steps.clear();
    this.#clear();
  }

  #draw(): void {
    if (!this.#out.isTTY) return;
    const width = (this.#out.columns || 80) - 1;
    const line = [...this.#steps]
      .map(([name, text]) => `${name}: ${text}`)
      .join('  ·  ')
      .slice(0, width);
    this.#out.write(`\r${line}${' '.repeat(Math.max(0, this.#lineLength - line.length))}`);
    this.#lineLength = line.length;
  }

  #clear(): void {
    if (!this.#out.isTTY || this.#lineLength === 0) return;
    this.#out.write(`\r${' '.repeat(this.#lineLength)}\r`);
    this.#lineLength = 0;
  }
}
