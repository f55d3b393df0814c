import type { DocumentOptions } from './document.ts';
import type { HPath } from '../hpath.ts';
import type { Mapper } from './mapping.ts';

const MAX_KEY_BYTES = 255;
/** As many different sets of excepted tags fit into a number. */
const MAX_MOVES = 30;
const PLAIN_NAMES = ['PlainTransformer', 'plain'];
const STACK_TRACE_NAMES = ['ExceptionToStackTraceTransformer', 'stack-trace'];

/** A directive with top-level tags and top-level fields only; all names are numbers of {@link TranscoderPlan.keys}. */
export type Step =
  | { readonly kind: 'move'; readonly source: number; readonly exceptBit: number }
  | { readonly kind: 'plain' | 'stackTrace'; readonly source: number; readonly field: number };

/** What JsonTranscoder does without building objects. */
export interface TranscoderPlan {
  /** All names that the plan knows, with the numbers 1, 2, … in this order. */
  readonly keys: readonly string[];
  /** 0 when there is none. */
  readonly timestampField: number;
  readonly steps: readonly Step[];
  /** By number: the children of the tag, when it is a container, are moved. */
  readonly moved: readonly boolean[];
  /** By number: the tag is not put once more by the step for unclaimed tags. */
  readonly claimed: readonly boolean[];
  /** By number: the bits of the moves that leave the tag out. */
  readonly excepted: readonly number[];
  readonly ignoreUnknownTags: boolean;
}

/**
 * Makes the plan for a mapping whose directives are moves of a top-level container to the root, transforms of a top-level tag to a top-level
 * field, plain or to a stack trace, and `move * to *`.
 * @returns undefined for all other mappings
 */
export function planOf(options: DocumentOptions): TranscoderPlan | undefined {
  const { mapping, timestampEnabled = true, timestampField = '@timestamp', ignoreUnknownTags = false } = options;
  const names = new Names();
  const steps: Step[] = [];
  for (const mapper of mapping.mappers) {
    if (!addSteps(mapper, names, steps)) return undefined;
  }
  const timestamp = timestampEnabled ? names.numberOf(timestampField) : 0;
  const { keys, moved, claimed, excepted } = names;
  if (!keys.every(isPossibleKey)) return undefined;
  return { keys, timestampField: timestamp, steps, moved, claimed, excepted, ignoreUnknownTags };
}

class Names {
  readonly keys: string[] = [];
  readonly moved: boolean[] = [false];
  readonly claimed: boolean[] = [false];
  readonly excepted: number[] = [0];

  numberOf(name: string): number {
    const index = this.keys.indexOf(name);
    if (index >= 0) return index + 1;
    this.moved.push(false);
    this.claimed.push(false);
    this.excepted.push(0);
    return this.keys.push(name);
  }

  claim(name: string): number {
    const key = this.numberOf(name);
    this.claimed[key] = true;
    return key;
  }
}

/** @returns false when the directive has no place in a plan */
function addSteps(mapper: Mapper, names: Names, steps: Step[]): boolean {
  if (mapper.kind === 'move') return addMove(mapper, names, steps);
  if (mapper.kind !== 'transform' || depth(mapper.source) !== 1 || depth(mapper.target) !== 1) return false;
  const isPlain = PLAIN_NAMES.includes(mapper.transformerName);
  if (!isPlain && !STACK_TRACE_NAMES.includes(mapper.transformerName)) return false;
  steps.push({
    kind: isPlain ? 'plain' : 'stackTrace',
    source: names.claim(mapper.source.segments[0]!),
    field: names.numberOf(mapper.target.segments[0]!),
  });
  return true;
}

function addMove({ source, target, except }: Extract<Mapper, { kind: 'move' }>, names: Names, steps: Step[]): boolean {
  if (depth(target) !== 0 || depth(source) > 1) return false;
  if (depth(source) === 0) {
    for (const tag of except) names.claim(tag);
    return true;
  }
  if (steps.length >= MAX_MOVES) return false;
  const exceptBit = 1 << steps.length;
  for (const tag of except) names.excepted[names.numberOf(tag)]! |= exceptBit;
  const sourceKey = names.claim(source.segments[0]!);
  names.moved[sourceKey] = true;
  steps.push({ kind: 'move', source: sourceKey, exceptBit });
  return true;
}

function depth({ segments }: HPath): number {
  return segments.length;
}

/** Other names than keys of events can be settings, but cannot be compared with keys by their bytes. */
function isPossibleKey(name: string): boolean {
  return name.isWellFormed() && Buffer.byteLength(name) <= MAX_KEY_BYTES;
}
