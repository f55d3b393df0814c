import type { MetricReader } from '../metric/metric-reader.ts';
import { Mask } from './mask.ts';
import type { MetricFilter } from './metric-filter.ts';
import { readRuleFile } from './rule-file.ts';

const LINE = /^(PERMIT|DENY) (\S+)$/;

export interface AclRule {
  readonly permits: boolean;
  /** One mask for each tag. */
  readonly masks: readonly Mask[];
  /** The last mask is a lone `*`, which stands for one or more tags. */
  readonly isOpen: boolean;
}

/** `PERMIT a.b*.*` or `DENY …`: masks of the tags' values, joined by dots. @throws Error */
export function parseAclRule(line: string): AclRule {
  const [, statement, mask] = LINE.exec(line) ?? [];
  if (statement === undefined || mask === undefined) {
    throw new Error(`expected PERMIT or DENY, a space and a mask of segments joined by dots, got ${JSON.stringify(line)}`);
  }
  const segments = mask.split('.');
  if (segments.includes('')) throw new Error(`expected no empty segment in the mask ${JSON.stringify(mask)}`);
  return { permits: statement === 'PERMIT', masks: segments.map((segment) => new Mask(segment)), isOpen: segments.at(-1) === '*' };
}

/** Lets plain metrics pass by the values of their tags (sinks §3.3): the first rule that matches decides, or else the default. */
export class MetricAcl implements MetricFilter {
  readonly #rules: readonly AclRule[];
  readonly #permitsOthers: boolean;

  constructor(rules: readonly AclRule[], permitsOthers: boolean) {
    this.#rules = rules;
    this.#permitsOthers = permitsOthers;
  }

  /** @throws HerculesError BAD_CONFIG */
  static fromFile(path: string, permitsOthers: boolean): MetricAcl {
    return new MetricAcl(readRuleFile(path, parseAclRule), permitsOthers);
  }

  accepts(buffer: Buffer, metric: MetricReader): boolean {
    for (const rule of this.#rules) if (matches(rule, buffer, metric)) return rule.permits;
    return this.#permitsOthers;
  }
}

function matches({ masks, isOpen }: AclRule, buffer: Buffer, { count, valueStarts, valueEnds }: MetricReader): boolean {
  if (isOpen ? count < masks.length : count !== masks.length) return false;
  const compared = isOpen ? masks.length - 1 : masks.length;
  for (let i = 0; i < compared; i++) if (!masks[i]!.matches(buffer, valueStarts[i]!, valueEnds[i]!)) return false;
  return true;
}
