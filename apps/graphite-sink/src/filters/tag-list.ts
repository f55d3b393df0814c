import { isText } from '../metric/metric-name.ts';
import type { MetricReader } from '../metric/metric-reader.ts';
import { Mask } from './mask.ts';
import type { MetricFilter } from './metric-filter.ts';
import { readRuleFile } from './rule-file.ts';

interface TagCondition {
  readonly key: Buffer;
  readonly mask: Mask;
}

export type TagRule = readonly TagCondition[];

/** `key=mask;key=mask`: all must hold. @throws Error */
export function parseTagRule(line: string): TagRule {
  return line.split(';').map((condition) => {
    const at = condition.indexOf('=');
    if (at < 1) throw new Error(`expected key=mask;key=mask, got ${JSON.stringify(condition)}`);
    return { key: Buffer.from(condition.slice(0, at)), mask: new Mask(condition.slice(at + 1)) };
  });
}

/** Lets tagged metrics pass, or not, when any rule of a list matches them (sinks §3.3). */
export class TagList implements MetricFilter {
  readonly #rules: readonly TagRule[];
  readonly #matchResult: boolean;

  /** @param matchResult what becomes of a metric that a rule matches; of all others the contrary */
  constructor(rules: readonly TagRule[], matchResult: boolean) {
    this.#rules = rules;
    this.#matchResult = matchResult;
  }

  /** @throws HerculesError BAD_CONFIG */
  static fromFile(path: string, matchResult: boolean): TagList {
    return new TagList(readRuleFile(path, parseTagRule), matchResult);
  }

  accepts(buffer: Buffer, metric: MetricReader): boolean {
    for (const rule of this.#rules) {
      if (rule.every((condition) => holds(condition, buffer, metric))) return this.#matchResult;
    }
    return !this.#matchResult;
  }
}

function holds({ key, mask }: TagCondition, buffer: Buffer, { count, keyStarts, keyEnds, valueStarts, valueEnds }: MetricReader): boolean {
  for (let i = 0; i < count; i++) {
    if (isText(buffer, keyStarts[i]!, keyEnds[i]!, key) && mask.matches(buffer, valueStarts[i]!, valueEnds[i]!)) return true;
  }
  return false;
}
