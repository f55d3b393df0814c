import type { HPath } from '../hpath.ts';
import type { EventMapping, Mapper } from './mapping.ts';

/** The source paths of a mapping: what they reach is not put a second time by the step for unclaimed tags (protocol §9.2). */
export class ClaimedPaths {
  readonly #children = new Map<string, ClaimedPaths | 'claimed'>();

  static of({ mappers }: EventMapping): ClaimedPaths {
    const root = new ClaimedPaths();
    for (const mapper of mappers) for (const segments of sourcesOf(mapper)) root.#claim(segments);
    return root.#moveOfRoot(mappers);
  }

  /** `claimed` with all that is below; the claims below; undefined: nothing of it is claimed. */
  below(key: string): ClaimedPaths | 'claimed' | undefined {
    return this.#everything ? 'claimed' : this.#children.get(key);
  }

  #everything = false;

  #claim(segments: readonly string[]): void {
    const [first, ...rest] = segments;
    if (first === undefined) return;
    const known = this.#children.get(first);
    if (known === 'claimed') return;
    if (rest.length === 0) {
      this.#children.set(first, 'claimed');
      return;
    }
    const below = known ?? new ClaimedPaths();
    this.#children.set(first, below);
    below.#claim(rest);
  }

  /** `move *` to a place other than the root takes every tag. */
  #moveOfRoot(mappers: readonly Mapper[]): this {
    this.#everything = mappers.some(
      ({ kind, ...mapper }) => kind === 'move' && isRoot((mapper as { source: HPath }).source) && !isRoot(mapper.target),
    );
    return this;
  }
}

function isRoot({ segments }: HPath): boolean {
  return segments.length === 0;
}

function sourcesOf(mapper: Mapper): readonly (readonly string[])[] {
  switch (mapper.kind) {
    case 'combine':
      return mapper.sources.map(({ segments }) => segments);
    case 'move':
      // `move * to * except x`: x is left out, everything else goes the way of unclaimed tags.
      return isRoot(mapper.source) ? [...mapper.except].map((tag) => [tag]) : [mapper.source.segments];
    case 'transform':
    case 'project':
      return [mapper.source.segments];
  }
}
