import { readFileSync } from 'node:fs';
import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';
import { type Aggregation, type AggregationDefaults, parseAggregation } from './aggregation.ts';
import { type RuleConfig, ruleSchema } from './config.ts';
import { NamePattern } from './name-pattern.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly name: NamePattern | undefined;
  readonly aggregation: Aggregation;
}

/** A flat metric under its new name. */
export interface RenamedMetric {
  readonly name: string;
  readonly aggregation: Aggregation;
}

/** Rules that select flat metrics by their names, rename and aggregate them (sinks §9). A rule applies when its pattern matches the whole name and has a group or more. */
export class FlatMetricRules {
  readonly #rules: readonly Rule[];

  /** @throws HerculesError BAD_CONFIG that names the rule */
  constructor(rules: readonly RuleConfig[], defaults: AggregationDefaults) {
    const names = new Set<string>();
    this.#rules = rules.map((rule) => {
      const problem = (text: string, cause?: unknown): HerculesError =>
        new HerculesError('BAD_CONFIG', `rule "${rule.rule_name}": ${text}`, { cause });
      if (names.has(rule.rule_name)) throw problem('expected a name of its own, but another rule has it');
      names.add(rule.rule_name);
      try {
        return createRule(rule, defaults);
      } catch (error) {
        throw problem((error as Error).message, error);
      }
    });
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** What a metric of this name counts in. */
  apply(name: string): RenamedMetric[] {
    return this.#rules.flatMap(({ pattern, name: newName, aggregation }) => {
      const match = pattern.exec(name);
      if (match === null) return [];
      return [{ name: newName?.fill(match) ?? name, aggregation }];
    });
  }
}

/** @throws HerculesError BAD_CONFIG with the file and what is wrong in it */
export function readRules(file: string): RuleConfig[] {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new HerculesError('BAD_CONFIG', `rules of ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const result = z.array(ruleSchema).safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new HerculesError('BAD_CONFIG', `rules of ${file}: ${issue!.path.join('.')}: ${issue!.message}`);
}

function createRule({ pattern, enrichment }: RuleConfig, defaults: AggregationDefaults): Rule {
  const { name_pattern: namePattern, function: functionName, ...parameters } = enrichment;
  const whole = new RegExp(`^(?:${pattern})$`, 'su');
  // Of an alternative that matches nothing the result still has all groups.
  const groups = new RegExp(`${pattern}|`, 'su').exec('')!.length - 1;
  if (groups === 0) throw new Error(`pattern "${pattern}": expected one group or more, or it would never apply`);
  if (functionName === undefined) throw new Error('enrichment: expected a function');
  const name = namePattern === undefined ? undefined : new NamePattern(namePattern);
  if (name !== undefined && name.groups > groups) {
    throw new Error(`name_pattern "${namePattern}": expected at most {${groups - 1}}, because the pattern has ${groups} groups`);
  }
  return { pattern: whole, name, aggregation: parseAggregation(functionName, new Map(Object.entries(parameters)), defaults) };
}
