import { type Filter, parseJson, parseListedKey, type Stream, stringifyJson, type Timeline } from '@hercules/metadata';
import type { PartitionRange, ReplayJob, ReplayProgress, ReplayStatus, ReplayTarget } from '@hercules/replay';
import { CliError } from '../cli-error.ts';
import type { HttpClient } from './http-client.ts';

/** A rule as the API lists it; the key as `<prefix>~sha256:<digest>`. */
export interface ListedRule {
  readonly key: string;
  readonly pattern: string;
  readonly right: string;
}

export interface ListedValidation {
  readonly key: string;
  readonly stream: string;
  readonly filters: readonly Filter[];
}

/** What a key may send to the streams that a pattern names; 0 or absent = no limit of that kind. */
export interface Quota {
  readonly key: string;
  readonly pattern: string;
  readonly eventsPerSecond?: number;
  readonly bytesPerSecond?: number;
  readonly burstSeconds?: number;
}

/** Which dead letters are meant; times as the API takes them. */
export interface LetterQuery {
  readonly stream?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly reason?: string | undefined;
  readonly sink?: string | undefined;
  readonly source?: string | undefined;
}

interface LetterPageQuery extends LetterQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A dead letter as the API lists it. */
export interface DeadLetter {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly error: string;
  readonly sink: string;
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly originalId: string | null;
  readonly resentAt: string | null;
}

export interface AuditGap {
  readonly kind: string;
  readonly stage: string;
  readonly events: number;
  readonly text: string;
}

/** What of each minute of a stream is where, as the API compares it. */
export interface StreamAudit {
  readonly from: string;
  readonly to: string;
  readonly isComplete: boolean;
  readonly gaps: readonly AuditGap[];
  readonly minutes: readonly {
    readonly minute: string;
    readonly isOpen: boolean;
    readonly gateway: { readonly acknowledged: number; readonly unconfirmed: number };
    readonly topic: { readonly records: number };
    readonly sinks: readonly {
      readonly group: string;
      readonly written: number;
      readonly filtered: number;
      readonly deadLettered: number;
    }[];
    readonly gaps: readonly AuditGap[];
  }[];
  readonly eventMinutes: readonly {
    readonly minute: string;
    readonly gateway: number;
    readonly sinks: readonly { readonly group: string; readonly written: number }[];
  }[];
}

/** Where a reading of several requests goes on. */
interface Page {
  readonly next: string | null;
  readonly complete: boolean;
}

export interface DeadLetterCounts {
  readonly total: number;
  readonly unreadable: number;
  readonly groups: readonly { readonly sink: string; readonly source: string; readonly reason: string; readonly letters: number }[];
}

/** What is asked for; times as the API takes them. */
export interface ReplayRequest {
  readonly stream: string;
  readonly from: string;
  readonly to?: string;
  readonly filters: readonly Filter[];
  readonly target: ReplayTarget;
  readonly eventsPerSecond?: number;
  readonly dryRun: boolean;
}

/** A replay as the API answers it: what is not known is left out. */
export type ShownReplay = ReplayJob & Pick<ReplayStatus, 'state'> & Partial<ReplayStatus> & { readonly progress?: ReplayProgress };

/** What a dry run without filters finds at once. */
export interface ReplayCount {
  readonly dryRun: true;
  readonly records: number;
  readonly partitions: readonly Omit<PartitionRange, 'next'>[];
}

/** The management API (apis §4): one method an endpoint. All reject with CliError. */
export class ManagementClient {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  streams(): Promise<string[]> {
    return this.#http.json('/streams/list');
  }

  stream(name: string): Promise<Stream> {
    return this.#http.json('/streams/info', { query: { stream: name } });
  }

  createStream(stream: Stream): Promise<void> {
    return this.#post('/streams/create', {}, stream);
  }

  deleteStream(name: string): Promise<void> {
    return this.#post('/streams/delete', { stream: name });
  }

  changeStreamTtl(name: string, ttlMs: number): Promise<void> {
    return this.#post('/streams/changeTtl', { stream: name, newTtl: ttlMs });
  }

  changeStreamDescription(name: string, description: string): Promise<void> {
    return this.#post('/streams/changeDescription', { stream: name, newDescription: description });
  }

  increasePartitions(name: string, partitions: number): Promise<void> {
    return this.#post('/streams/increasePartitions', { stream: name, newPartitions: partitions });
  }

  timelines(): Promise<string[]> {
    return this.#http.json('/timelines/list');
  }

  timeline(name: string): Promise<Timeline> {
    return this.#http.json('/timelines/info', { query: { timeline: name } });
  }

  createTimeline(timeline: Timeline): Promise<void> {
    return this.#post('/timelines/create', {}, timeline);
  }

  deleteTimeline(name: string): Promise<void> {
    return this.#post('/timelines/delete', { timeline: name });
  }

  changeTimelineTtl(name: string, ttlMs: number): Promise<void> {
    return this.#post('/timelines/changeTtl', { timeline: name, newTtl: ttlMs });
  }

  async rules(): Promise<ListedRule[]> {
    return (await this.#http.json<string[]>('/rules/list')).map(parseRule);
  }

  /** @param rights such as `rw-`: a letter sets the right, `-` takes it away */
  setRule(key: string, pattern: string, rights: string): Promise<void> {
    return this.#post('/rules/set', { key, pattern, rights });
  }

  blacklist(): Promise<string[]> {
    return this.#http.json('/blacklist/list');
  }

  block(key: string): Promise<void> {
    return this.#post('/blacklist/add', { key });
  }

  unblock(key: string): Promise<void> {
    return this.#post('/blacklist/remove', { key });
  }

  validations(): Promise<ListedValidation[]> {
    return this.#http.json('/validations/list');
  }

  /** @param filters all of them; none takes the validation away */
  setValidation(key: string, stream: string, filters: readonly Filter[]): Promise<void> {
    return this.#post('/validations/set', { key, stream }, filters);
  }

  quotas(): Promise<Quota[]> {
    return this.#http.json('/quotas/list');
  }

  setQuota({ key, pattern, eventsPerSecond, bytesPerSecond, burstSeconds }: Quota): Promise<void> {
    return this.#post('/quotas/set', { key, pattern, eventsPerSecond, bytesPerSecond, burstSeconds });
  }

  deleteQuota(key: string, pattern: string): Promise<void> {
    return this.#post('/quotas/delete', { key, pattern });
  }

  deadLetters(query: LetterPageQuery): Promise<Page & { readonly letters: readonly DeadLetter[] }> {
    return this.#http.json('/deadletters', { query: { ...query } });
  }

  deadLetterCounts(query: LetterQuery): Promise<DeadLetterCounts> {
    return this.#http.json('/deadletters/counts', { query: { ...query } });
  }

  /** @param id or its beginning */
  deadLetter(id: string, query: LetterQuery): Promise<Readonly<Record<string, unknown>>> {
    return this.#http.json('/deadletters/show', { query: { ...query, id } });
  }

  async resendDeadLetters(
    query: LetterPageQuery & { readonly id?: readonly string[]; readonly all?: string },
  ): Promise<Page & { readonly sent: number; readonly failed: readonly { readonly id: string; readonly reason: string }[] }> {
    const response = await this.#http.call('POST', '/deadletters/resend', { query: { ...query } });
    return (await response.json()) as Awaited<ReturnType<ManagementClient['resendDeadLetters']>>;
  }

  audit(
    stream: string,
    query: { readonly from: string; readonly to: string | undefined; readonly lateAfterMinutes: number },
  ): Promise<StreamAudit> {
    return this.#http.json('/audit', { query: { stream, ...query } });
  }

  startReplay(request: ReplayRequest): Promise<ShownReplay | ReplayCount> {
    return this.#postJson('/replays', {}, request);
  }

  replays(): Promise<ShownReplay[]> {
    return this.#http.json('/replays');
  }

  replay(id: string): Promise<ShownReplay> {
    return this.#http.json('/replays/info', { query: { id } });
  }

  changeReplay(id: string, action: 'pause' | 'resume' | 'cancel'): Promise<ShownReplay> {
    return this.#postJson(`/replays/${action}`, { id });
  }

  async #post(path: string, query: Readonly<Record<string, string | number | undefined>>, document?: unknown): Promise<void> {
    await this.#send(path, query, document);
  }

  async #postJson<T>(path: string, query: Readonly<Record<string, string | undefined>>, document?: unknown): Promise<T> {
    return parseJson(await (await this.#send(path, query, document)).text()) as T;
  }

  #send(path: string, query: Readonly<Record<string, string | number | undefined>>, document: unknown): Promise<Response> {
    return this.#http.call('POST', path, {
      query,
      ...(document === undefined ? {} : { body: stringifyJson(document), headers: { 'content-type': 'application/json' } }),
    });
  }
}

/** `<prefix>~sha256:<digest>.<pattern>.<right>`: no part holds a dot. */
function parseRule(text: string): ListedRule {
  const [key = '', pattern = '', right = ''] = text.split('.');
  if (parseListedKey(key) === undefined) throw new CliError('management-api lists a rule in a form that is not known here');
  return { key, pattern, right };
}
