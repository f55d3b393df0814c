import type { StoredLetter } from '@hercules/sink';
import { z } from 'zod';

export const letterCountsSchema = z.object({
  total: z.number().describe('Letters that are meant'),
  unreadable: z.number().describe('Records of the stream that are no dead letters'),
  groups: z.array(z.object({ sink: z.string(), source: z.string(), reason: z.string(), letters: z.number() })).describe('The most first'),
});

export type LetterCounts = z.infer<typeof letterCountsSchema>;

/** Counts letters by sink, source stream and reason. */
export class LetterTally {
  readonly #groups = new Map<string, { sink: string; source: string; reason: string; letters: number }>();
  #total = 0;
  #unreadable = 0;

  add(letters: readonly StoredLetter[], unreadable: number): void {
    this.#unreadable += unreadable;
    this.#total += letters.length;
    for (const { sink, sourceTopic: source, reason } of letters) {
      const key = JSON.stringify([sink, source, reason]);
      const group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, { sink, source, reason, letters: 1 });
      else group.letters++;
    }
  }

  counts(): LetterCounts {
    return {
      total: this.#total,
      unreadable: this.#unreadable,
      groups: [...this.#groups.values()].sort((a, b) => b.letters - a.letters),
    };
  }
}
