import { daySuffix, eventDay } from './index-day.ts';
import { type IndexResolver, normalizeIndexName } from './index-name.ts';

/** DAILY adds the event's UTC day; STATIC and ILM write to the name as it is (an index or a write alias). */
export type IndexPolicy = 'DAILY' | 'STATIC' | 'ILM';

/** An index, ready to be written into a bulk request. */
export interface BulkTarget {
  readonly index: string;
  /** `{"index":{"_index":"…","_id":"` as bytes; the id and the closing brackets follow. */
  readonly actionPrefix: Buffer;
}

export interface IndexNamesOptions {
  readonly resolvers: readonly IndexResolver[];
  readonly policy: IndexPolicy;
  /** Put before every name, e.g. `hercules-logs-`; may be empty. */
  readonly prefix: string;
  /** Adds `"_type":"_doc"`, which Elasticsearch 7 and older want and 8 refuses. */
  readonly documentType?: boolean;
  /** Put behind every name and its day, after a dash: the indexes of a replay. */
  readonly suffix?: string | undefined;
}

interface CachedName {
  day: number;
  target: BulkTarget;
}

/** Which index an event goes to: the first resolver with a result wins, then prefix and policy. */
export class IndexNames {
  readonly #options: IndexNamesOptions;
  readonly #targets = new Map<string, CachedName | null>();

  constructor(options: IndexNamesOptions) {
    this.#options = options;
  }

  /**
   * @param start the event's first byte
   * @returns undefined when no resolver has a result or the result is no usable name ("undefined index")
   */
  resolve(buffer: Buffer, start: number, end: number, stream: string): BulkTarget | undefined {
    const raw = this.#rawName(buffer, start, end, stream);
    if (raw === undefined) return undefined;
    const day = this.#options.policy === 'DAILY' ? eventDay(buffer, start) : 0;
    const known = this.#targets.get(raw);
    if (known === null) return undefined;
    if (known !== undefined && known.day === day) return known.target;
    return this.#remember(raw, day);
  }

  #rawName(buffer: Buffer, start: number, end: number, stream: string): string | undefined {
    for (const resolver of this.#options.resolvers) {
      const raw = resolver.resolve(buffer, start, end, stream);
      if (raw !== undefined) return raw;
    }
    return undefined;
  }

  #remember(raw: string, day: number): BulkTarget | undefined {
    if (this.#targets.size >= 10_000) this.#targets.clear();
    const name = normalizeIndexName(raw);
    if (name === undefined) {
      this.#targets.set(raw, null);
      return undefined;
    }
    const { prefix, policy, documentType, suffix } = this.#options;
    const index = `${prefix}${name}${policy === 'DAILY' ? daySuffix(day) : ''}${suffix === undefined ? '' : `-${suffix}`}`;
    const target = { index, actionPrefix: Buffer.from(bulkActionPrefix(index, documentType === true)) };
    this.#targets.set(raw, { day, target });
    return target;
  }
}

function bulkActionPrefix(index: string, documentType: boolean): string {
  return `{"index":{"_index":${JSON.stringify(index)},${documentType ? '"_type":"_doc",' : ''}"_id":"`;
}

/** The action line of a bulk request without its line break (sinks §2.2). */
export function bulkActionLine(index: string, id: string, documentType = false): string {
  return `${bulkActionPrefix(index, documentType)}${id}"}}`;
}
