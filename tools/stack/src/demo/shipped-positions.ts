import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../stack/process-records.ts';
import type { SourcePosition } from './log-source.ts';

/** Remembers how far each log has been shipped, so that a demo that was stopped or killed goes on where it was. */
export class ShippedPositions {
  readonly #file: string;
  #written = '';

  constructor(folder: string) {
    this.#file = join(folder, 'positions.json');
  }

  load(): Record<string, SourcePosition> {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, SourcePosition>;
    } catch {
      return {};
    }
  }

  save(positions: Readonly<Record<string, SourcePosition>>): void {
    const text = `${JSON.stringify(positions, null, 2)}\n`;
    if (text === this.#written) return;
    writeFileAtomically(this.#file, text);
    this.#written = text;
  }
}
