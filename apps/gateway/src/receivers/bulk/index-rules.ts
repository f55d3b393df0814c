import { readFileSync } from 'node:fs';
import { HerculesError, HPath } from '@hercules/protocol';
import type { IndexRuleConfig } from './config.ts';
import { DOCUMENT_MAPPING, DocumentMapping, type FixedTag } from './document-mapping.ts';

const MAX_KNOWN = 1000;
/** As long as Elasticsearch's own names. Longer ones would be kept, and compared with patterns of several stars. */
const MAX_NAME_LENGTH = 255;

/** What becomes of the documents of an index. */
export interface IndexRule {
  readonly stream: string;
  readonly mapping: DocumentMapping;
  readonly fixed: readonly FixedTag[];
  readonly numericTime: IndexRuleConfig['numericTime'];
}

/** Finds the rule of an index by its name. */
export class IndexRules {
  readonly #rules: readonly (IndexRuleConfig & { readonly regex: RegExp; readonly compiled: DocumentMapping })[];
  readonly #known = new Map<string, IndexRule | undefined>();

  /** @throws HerculesError BAD_CONFIG for a mapping file that cannot be read or says what is not known */
  constructor(rules: readonly IndexRuleConfig[]) {
    this.#rules = rules.map((rule) => ({ ...rule, regex: wildcard(rule.pattern), compiled: mappingOf(rule) }));
  }

  /** The first rule whose pattern is that of the index; undefined if there is none. */
  of(index: string): IndexRule | undefined {
    if (index.length > MAX_NAME_LENGTH) return undefined;
    if (this.#known.has(index)) return this.#known.get(index);
    const rule = this.#find(index);
    // Names come from outside.
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(index, rule);
    return rule;
  }

  #find(index: string): IndexRule | undefined {
    const rule = this.#rules.find(({ regex }) => regex.test(index));
    if (rule === undefined) return undefined;
    const { stream, properties, indexPath, numericTime, compiled } = rule;
    const fixed = [...Object.entries(properties), ...(indexPath === undefined ? [] : [[indexPath, index] as const])];
    return { stream, numericTime, mapping: compiled, fixed: fixed.map(([path, text]) => ({ path: HPath.parse(path), text })) };
  }
}

function wildcard(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
}

function mappingOf({ mappingFile }: IndexRuleConfig): DocumentMapping {
  if (mappingFile === undefined) return new DocumentMapping(DOCUMENT_MAPPING, 'default mapping');
  let text: string;
  try {
    text = readFileSync(mappingFile, 'utf8');
  } catch (cause) {
    throw new HerculesError('BAD_CONFIG', `${mappingFile}: cannot be read: ${(cause as Error).message}`, { cause });
  }
  return new DocumentMapping(text, mappingFile);
}
