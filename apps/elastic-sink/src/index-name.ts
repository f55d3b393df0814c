import { readFileSync } from 'node:fs';
import { HerculesError, HPath, TagSelector, TypeCode } from '@hercules/protocol';

/** Longest index name before the date suffix, in bytes (sinks §2.1). */
const MAX_INDEX_NAME_BYTES = 120;
/** Distinct names kept; a producer that makes up names without end only costs speed. */
const CACHE_LIMIT = 10_000;

/** Finds the raw index name of an event in its bytes; undefined passes the event on to the next resolver. */
export interface IndexResolver {
  resolve(buffer: Buffer, start: number, end: number, stream: string): string | undefined;
}

/**
 * The name that Elasticsearch gets (sinks §2.1): every character outside `[A-Za-z0-9._-]` becomes `_`, then lower case.
 * @returns undefined when the name is empty, too long or does not start with a letter or digit
 */
export function normalizeIndexName(raw: string): string | undefined {
  const name = raw.replace(/[^A-Za-z0-9._-]/gu, '_').toLowerCase();
  return /^[a-z0-9]/.test(name) && name.length <= MAX_INDEX_NAME_BYTES ? name : undefined;
}

/** Joins the String values at some paths by `-`. A path with the suffix `?` may be absent; any other absence is no result. */
export class TagsIndexResolver implements IndexResolver {
  readonly #selector: TagSelector;
  readonly #optional: readonly boolean[];
  /** Raw value bytes → joined text, so that a known combination costs no UTF-8 decoding. */
  readonly #cache = new Map<string, string>();

  /** @param tags paths such as `properties/project` and `properties/environment?` */
  constructor(tags: readonly string[]) {
    this.#optional = tags.map((tag) => tag.endsWith('?'));
    this.#selector = new TagSelector(tags.map((tag) => HPath.parse(tag.replace(/\?$/, ''))));
  }

  resolve(buffer: Buffer, start: number, end: number): string | undefined {
    const selector = this.#selector;
    selector.select(buffer, start, end);
    let key = '';
    for (let i = 0; i < this.#optional.length; i++) {
      const type = selector.types[i];
      if (type !== TypeCode.STRING) {
        if (type === 0 && this.#optional[i]) continue;
        return undefined;
      }
      key += `${key === '' ? '' : '\0'}${buffer.toString('latin1', selector.starts[i], selector.ends[i])}`;
    }
    let name = this.#cache.get(key);
    if (name === undefined) {
      name = Buffer.from(key, 'latin1').toString('utf8').replaceAll('\0', '-');
      if (this.#cache.size >= CACHE_LIMIT) this.#cache.clear();
      this.#cache.set(key, name);
    }
    return name;
  }
}

/** One index for every event. */
export class StaticIndexResolver implements IndexResolver {
  readonly #name: string;

  /** @throws HerculesError BAD_CONFIG when Elasticsearch would refuse the name */
  constructor(name: string) {
    if (normalizeIndexName(name) !== name) {
      throw new HerculesError(
        'BAD_CONFIG',
        `index name "${name}" is not usable: expected at most ${MAX_INDEX_NAME_BYTES} characters a–z, 0–9, ".", "_", "-", the first a letter or digit`,
      );
    }
    this.#name = name;
  }

  resolve(): string {
    return this.#name;
  }
}

/** The stream's own name: what events without a project can still be found by. */
export class StreamIndexResolver implements IndexResolver {
  resolve(_buffer: Buffer, _start: number, _end: number, stream: string): string {
    return stream;
  }
}

interface MatchingRule {
  readonly index: string;
  readonly tagMaps: readonly (readonly { path: number; pattern: RegExp }[])[];
}

/** Chooses an index by regular expressions on scalar tags, from a JSON file (sinks §2.1). */
export class MatchingIndexResolver implements IndexResolver {
  readonly #selector: TagSelector;
  readonly #rules: readonly MatchingRule[];

  /**
   * @param text JSON: `[{"index": name, "tagMaps": [{"<path>": "<regular expression>" | number | boolean | null}]}]`
   * @param source named in errors
   */
  constructor(text: string, source: string) {
    const paths: string[] = [];
    const pathIndex = (path: string): number => {
      const known = paths.indexOf(path);
      return known >= 0 ? known : paths.push(path) - 1;
    };
    this.#rules = parseRules(text, source).map(({ index, tagMaps }) => ({
      index,
      tagMaps: tagMaps.map((tagMap) =>
        Object.entries(tagMap).map(([path, pattern]) => {
          try {
            return { path: pathIndex(path), pattern: new RegExp(`^(?:${String(pattern)})$`, 'u') };
          } catch (error) {
            throw new HerculesError(
              'BAD_CONFIG',
              `${source}: index "${index}", path "${path}": ${String(pattern)} is not a regular expression`,
              {
                cause: error,
              },
            );
          }
        }),
      ),
    }));
    this.#selector = new TagSelector(paths.map((path) => HPath.parse(path)));
  }

  static fromFile(path: string): MatchingIndexResolver {
    try {
      return new MatchingIndexResolver(readFileSync(path, 'utf8'), path);
    } catch (error) {
      if (error instanceof HerculesError) throw error;
      throw new HerculesError('BAD_CONFIG', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }

  resolve(buffer: Buffer, start: number, end: number): string | undefined {
    this.#selector.select(buffer, start, end);
    const texts = new Map<number, string | undefined>();
    const textAt = (path: number): string | undefined => {
      if (!texts.has(path)) {
        texts.set(path, scalarText(buffer, this.#selector.types[path]!, this.#selector.starts[path]!, this.#selector.ends[path]!));
      }
      return texts.get(path);
    };
    const matches = ({ path, pattern }: { path: number; pattern: RegExp }): boolean => {
      const text = textAt(path);
      return text !== undefined && pattern.test(text);
    };
    return this.#rules.find(({ tagMaps }) => tagMaps.some((tagMap) => tagMap.every(matches)))?.index;
  }
}

function parseRules(text: string, source: string): { index: string; tagMaps: Record<string, unknown>[] }[] {
  const expected = `${source}: expected an array of {"index": name, "tagMaps": [{"<path>": "<regular expression>"}]}`;
  let rules: unknown;
  try {
    rules = JSON.parse(text);
  } catch (error) {
    throw new HerculesError('BAD_CONFIG', `${expected}: ${(error as Error).message}`, { cause: error });
  }
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const isRule = (rule: unknown): boolean =>
    isObject(rule) && typeof rule['index'] === 'string' && Array.isArray(rule['tagMaps']) && rule['tagMaps'].every(isObject);
  if (!Array.isArray(rules) || !rules.every(isRule)) throw new HerculesError('BAD_CONFIG', expected);
  return rules as { index: string; tagMaps: Record<string, unknown>[] }[];
}

/** Text of a scalar as the patterns see it; undefined when absent or not a scalar. */
function scalarText(buffer: Buffer, type: number, start: number, end: number): string | undefined {
  switch (type) {
    case TypeCode.BYTE:
      return String(buffer.readInt8(start));
    case TypeCode.SHORT:
      return String(buffer.readInt16BE(start));
    case TypeCode.INTEGER:
      return String(buffer.readInt32BE(start));
    case TypeCode.LONG:
      return String(buffer.readBigInt64BE(start));
    case TypeCode.FLAG:
      return String(buffer[start] !== 0);
    case TypeCode.FLOAT:
      return String(buffer.readFloatBE(start));
    case TypeCode.DOUBLE:
      return String(buffer.readDoubleBE(start));
    case TypeCode.STRING:
      return buffer.toString('utf8', start, end);
    case TypeCode.UUID:
      return buffer.toString('hex', start, end).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    case TypeCode.NULL:
      return 'null';
    default:
      return undefined;
  }
}
