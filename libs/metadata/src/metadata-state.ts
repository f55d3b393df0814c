import type { Logger } from '@hercules/protocol';
import { z } from 'zod';
import type { ApiKeyIdentity } from './api-key.ts';
import { Authorizer } from './authorizer.ts';
import { describeIssues } from './describe-issues.ts';
import { compileFilters, type EventFilter } from './event-filter.ts';
import { filterListSchema, type Filter } from './filter.ts';
import { parseJson } from './json.ts';
import { parseMetaKey, quotaKey, validationKey, type MetaKey } from './meta-keys.ts';
import { quotaValueSchema, type Quota } from './quota.ts';
import { streamSchema, type Stream } from './stream.ts';
import { leaderClaimSchema, taskResultSchema, type LeaderClaim, type TaskResult } from './task-result.ts';
import { hasTable, tableReportSchema, timelineEntrySchema, type TableReport, type TimelineEntry } from './timeline-entry.ts';
import type { Timeline } from './timeline.ts';

/** What a key's events must satisfy to be written to a stream; those that do not are dropped (model §4.3). */
export interface ContentValidation extends ApiKeyIdentity {
  readonly stream: string;
  readonly filters: readonly Filter[];
}

const prefixSchema = z.object({ prefix: z.string().default('') });
const validationValueSchema = z.object({ prefix: z.string().default(''), filters: filterListSchema });
const changedBySchema = z.object({ task: z.string().optional() });

/** The metadata as the records of the topic say, applied one after another. Knows nothing of Kafka. */
export class MetadataState {
  readonly authorizer = new Authorizer();
  readonly #streams = new Map<string, Stream>();
  readonly #timelines = new Map<string, TimelineEntry>();
  readonly #tableReports = new Map<string, TableReport>();
  readonly #changedBy = new Map<string, string>();
  readonly #validations = new Map<string, ContentValidation & { filter: EventFilter }>();
  readonly #quotas = new Map<string, Quota>();
  readonly #taskResults = new Map<string, TaskResult>();
  readonly #logger: Logger;
  #leader: LeaderClaim | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Applies one record; a value of undefined is a tombstone. Returns what the key is about, or undefined for a key of no known kind.
   * A value that cannot be read counts as absent and is logged: one bad record must not stop every service.
   */
  apply(key: string, value: Buffer | undefined): MetaKey | undefined {
    const meta = parseMetaKey(key);
    if (meta === undefined) {
      this.#logger.warn({ key }, 'Ignored a metadata record with an unknown key');
      return undefined;
    }
    const document = value === undefined ? undefined : this.#readDocument(key, value);
    this.#applyDocument(key, meta, document);
    return meta;
  }

  stream(name: string): Stream | undefined {
    return this.#streams.get(name);
  }

  /** All streams, in no particular order. */
  streams(): Stream[] {
    return [...this.#streams.values()];
  }

  /** A timeline that has its table. */
  timeline(name: string): Timeline | undefined {
    const entry = this.#timelines.get(name);
    return entry !== undefined && hasTable(entry) ? entry.timeline : undefined;
  }

  /** All timelines that have their tables, in no particular order. */
  timelines(): Timeline[] {
    return this.timelineEntries()
      .filter(hasTable)
      .map(({ timeline }) => timeline);
  }

  /** A timeline whatever its state. */
  timelineEntry(name: string): TimelineEntry | undefined {
    return this.#timelines.get(name);
  }

  timelineEntries(): TimelineEntry[] {
    return [...this.#timelines.values()];
  }

  /** What the owner of the tables has last said about a timeline's. */
  tableReport(name: string): TableReport | undefined {
    return this.#tableReports.get(name);
  }

  /** Id of the task that last wrote this key, if its value says so. */
  changedBy(key: string): string | undefined {
    return this.#changedBy.get(key);
  }

  validations(): ContentValidation[] {
    return [...this.#validations.values()];
  }

  validationFilter(apiKeyDigest: string, stream: string): EventFilter | undefined {
    if (this.#validations.size === 0) return undefined;
    return this.#validations.get(validationKey(apiKeyDigest, stream))?.filter;
  }

  /** All quotas, in no particular order. */
  quotas(): Quota[] {
    return [...this.#quotas.values()];
  }

  taskResult(id: string): TaskResult | undefined {
    return this.#taskResults.get(id);
  }

  taskResults(): IterableIterator<[string, TaskResult]> {
    return this.#taskResults.entries();
  }

  get leader(): LeaderClaim | undefined {
    return this.#leader;
  }

  #readDocument(key: string, value: Buffer): unknown {
    try {
      return parseJson(value.toString('utf8'));
    } catch (error) {
      this.#logger.warn({ key, reason: String(error) }, 'Ignored a metadata record that is no JSON');
      return undefined;
    }
  }

  #read<S extends z.ZodType>(key: string, schema: S, document: unknown): z.infer<S> | undefined {
    if (document === undefined) return undefined;
    const result = schema.safeParse(document);
    if (result.success) return result.data;
    this.#logger.warn({ key, reason: describeIssues(result.error, document) }, 'Ignored a metadata record with a bad value');
    return undefined;
  }

  #applyDocument(key: string, meta: MetaKey, document: unknown): void {
    switch (meta.kind) {
      case 'stream':
        setOrDelete(this.#streams, meta.name, this.#read(key, streamSchema, document));
        setOrDelete(this.#changedBy, key, changedBySchema.safeParse(document).data?.task);
        break;
      case 'timeline':
        setOrDelete(this.#timelines, meta.name, this.#read(key, timelineEntrySchema, document));
        break;
      case 'table':
        setOrDelete(this.#tableReports, meta.name, this.#read(key, tableReportSchema, document));
        break;
      case 'rule': {
        const stored = this.#read(key, prefixSchema, document);
        if (stored === undefined) this.authorizer.removeRule(meta.digest, meta.pattern, meta.right);
        else this.authorizer.setRule({ digest: meta.digest, pattern: meta.pattern, right: meta.right, prefix: stored.prefix });
        break;
      }
      case 'blacklist': {
        const stored = this.#read(key, prefixSchema, document);
        if (stored === undefined) this.authorizer.removeFromBlacklist(meta.digest);
        else this.authorizer.addToBlacklist({ digest: meta.digest, prefix: stored.prefix });
        break;
      }
      case 'validation': {
        const stored = this.#read(key, validationValueSchema, document);
        const { digest, stream } = meta;
        setOrDelete(
          this.#validations,
          validationKey(digest, stream),
          stored === undefined ? undefined : { digest, stream, ...stored, filter: compileFilters(stored.filters) },
        );
        break;
      }
      case 'quota': {
        const stored = this.#read(key, quotaValueSchema, document);
        const { digest, pattern } = meta;
        setOrDelete(this.#quotas, quotaKey(digest, pattern), stored === undefined ? undefined : { digest, pattern, ...stored });
        break;
      }
      case 'task':
        setOrDelete(this.#taskResults, meta.id, this.#read(key, taskResultSchema, document));
        break;
      case 'leader':
        this.#leader = this.#read(key, leaderClaimSchema, document);
        break;
    }
  }
}

function setOrDelete<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
