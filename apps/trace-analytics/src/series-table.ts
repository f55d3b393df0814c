import { type GroupMemo, newGroupMemo } from '@hercules/streaming';
import { callsKey, OTHER, pathKey, replicasKey, requestsKey } from './series.ts';
import type { SpanAggregate } from './span-aggregate.ts';

/** A series, with the group that it was counted in last. */
export interface Series {
  readonly key: string;
  readonly memo: GroupMemo<SpanAggregate>;
}

/** A series of request metrics. */
interface RequestSeries extends Series {
  readonly application: string;
  readonly operation: string;
  readonly kind: string;
  readonly host: string;
  seenAtMs: number;
}

type Level<T> = Map<string, T>;

/** Pairs of names beyond this are not remembered any more, but made anew. */
const MOST_PAIRS = 10_000;
/** Request series that are found at once; a power of two. */
const RECENT = 4096;

/**
 * Finds the series of a span without making a text for it, and keeps the number of request series within bounds: one that had nothing for a while makes room for others, and
 * one that finds no room is counted as `_other` of its application.
 */
export class SeriesTable {
  readonly #max: number;
  readonly #expiryMs: number;
  readonly #requests: Level<Level<Level<Level<RequestSeries>>>> = new Map();
  /** Each place has the series that was found last of those that belong there. */
  readonly #recent = new Array<RequestSeries | undefined>(RECENT).fill(undefined);
  readonly #others = new NameTable((application) => requestsKey(application, OTHER, '', ''));
  readonly #calls = new PairTable(callsKey);
  readonly #replicas = new NameTable(replicasKey);
  readonly #paths = new PairTable(pathKey);
  #size = 0;
  #sweptAtMs = -Infinity;

  constructor(max: number, expiryMs: number) {
    this.#max = max;
    this.#expiryMs = expiryMs;
  }

  /** Series of request metrics that have room. */
  get size(): number {
    return this.#size;
  }

  /**
   * @param hash of the four names
   * @param timeMs event time
   * @returns undefined when there is no room
   */
  requests(application: string, operation: string, kind: string, host: string, hash: number, timeMs: number): Series | undefined {
    const place = hash & (RECENT - 1);
    let series = this.#recent[place];
    if (
      series === undefined ||
      series.operation !== operation ||
      series.host !== host ||
      series.application !== application ||
      series.kind !== kind
    ) {
      series = this.#findRequests(application, operation, kind, host, timeMs);
      if (series === undefined) return undefined;
      this.#recent[place] = series;
    }
    if (timeMs > series.seenAtMs) series.seenAtMs = timeMs;
    return series;
  }

  /** The series that takes what has no room. */
  others(application: string): Series {
    return this.#others.get(application);
  }

  calls(caller: string, callee: string): Series {
    return this.#calls.get(caller, callee);
  }

  replicas(application: string): Series {
    return this.#replicas.get(application);
  }

  path(application: string, operation: string): Series {
    return this.#paths.get(application, operation);
  }

  #findRequests(application: string, operation: string, kind: string, host: string, timeMs: number): RequestSeries | undefined {
    const known = this.#requests.get(application)?.get(operation)?.get(kind)?.get(host);
    if (known !== undefined) return known;
    if (this.#size >= this.#max) this.#sweep(timeMs);
    if (this.#size >= this.#max) return undefined;
    const { key, memo } = seriesOf(requestsKey(bytesOf(application), bytesOf(operation), bytesOf(kind), bytesOf(host)));
    const series: RequestSeries = { key, memo, application, operation, kind, host, seenAtMs: timeMs };
    levelOf(levelOf(levelOf(this.#requests, application), operation), kind).set(host, series);
    this.#size++;
    return series;
  }

  #sweep(timeMs: number): void {
    // Each series without room would look through all others; time has to pass before any can have expired.
    if (timeMs - this.#sweptAtMs < this.#expiryMs / 10) return;
    this.#sweptAtMs = timeMs;
    this.#recent.fill(undefined);
    for (const byOperation of this.#requests.values()) {
      for (const byKind of byOperation.values()) {
        for (const byHost of byKind.values()) {
          for (const [host, { seenAtMs }] of byHost) if (timeMs - seenAtMs > this.#expiryMs && byHost.delete(host)) this.#size--;
        }
        for (const [kind, byHost] of byKind) if (byHost.size === 0) byKind.delete(kind);
      }
      for (const [operation, byKind] of byOperation) if (byKind.size === 0) byOperation.delete(operation);
    }
    for (const [application, byOperation] of this.#requests) if (byOperation.size === 0) this.#requests.delete(application);
  }
}

/** Series by one name. */
class NameTable {
  readonly #make: (name: string) => string;
  readonly #series: Level<Series> = new Map();

  constructor(make: (name: string) => string) {
    this.#make = make;
  }

  get(name: string): Series {
    let series = this.#series.get(name);
    if (series === undefined) {
      if (this.#series.size >= MOST_PAIRS) this.#series.clear();
      this.#series.set(name, (series = seriesOf(this.#make(bytesOf(name)))));
    }
    return series;
  }
}

/** Series by two names. */
class PairTable {
  readonly #make: (a: string, b: string) => string;
  readonly #series: Level<Level<Series>> = new Map();
  #size = 0;

  constructor(make: (a: string, b: string) => string) {
    this.#make = make;
  }

  get(a: string, b: string): Series {
    const known = this.#series.get(a)?.get(b);
    if (known !== undefined) return known;
    if (++this.#size > MOST_PAIRS) {
      this.#series.clear();
      this.#size = 1;
    }
    const series = seriesOf(this.#make(bytesOf(a), bytesOf(b)));
    levelOf(this.#series, a).set(b, series);
    return series;
  }
}

function seriesOf(key: string): Series {
  return { key, memo: newGroupMemo() };
}

function levelOf<T>(map: Level<Level<T>>, name: string): Level<T> {
  let level = map.get(name);
  if (level === undefined) map.set(name, (level = new Map()));
  return level;
}

/** The UTF-8 bytes of a text, a character each: what keys are made of. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}
