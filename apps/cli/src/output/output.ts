import { stringifyJson } from '@hercules/metadata';
import { renderTable } from './table.ts';

export interface TextSink {
  write(text: string): unknown;
}

/** What a command says: text for people, or JSON documents, one a line, for programs. */
export class Output {
  readonly isJson: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  readonly #out: TextSink;
  readonly #err: TextSink;

  constructor(out: TextSink, err: TextSink, isJson: boolean, columns = 100) {
    this.#out = out;
    this.#err = err;
    this.isJson = isJson;
    this.columns = columns;
  }

  /** The result: the document with --json, else the text. */
  result(document: unknown, text: () => string): void {
    this.line(this.isJson ? stringifyJson(document) : text());
  }

  table(document: unknown, head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    this.result(document, () => renderTable(head, rows));
  }

  line(text: string): void {
    this.#out.write(`${text}\n`);
  }

  /** What is not the result: on standard error, and nothing with --json. */
  note(text: string): void {
    if (!this.isJson) this.#err.write(`${text}\n`);
  }
}
