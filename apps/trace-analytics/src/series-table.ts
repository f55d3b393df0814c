import { callsKey, OTHER, pathKey, replicasKey, requestsKey } from './series.ts';

/** A series of request metrics. */
interface RequestSeries {
  readonly key: string;
  seenAtMs: number;
}

type Level<T> = Map<string, T>;

/** Pairs of names beyond this are not remembered any more, but made anew. */
const MOST_PAIRS = 10_000;

/**
 * Finds the series of a span without making a text for it, and keeps the number of request series within bounds: one that had nothing for a while makes room for others, and
 * one that finds no room is counted as `_other` of its application.
 */
export class SeriesTable {
  readonly #max: number;
  readonly #expiryMs: number;
  readonly #requests: Level<Level<Level<Level<RequestSeries>>>> = new Map();
  readonly #others = new Map<string, string>();
  readonly #calls = new PairTable(callsKey);
  readonly #replicas = new PairTable(replicasKey);
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

  /** @param timeMs event time @returns the key; undefined when there is no room */
  requests(application: string, operation: string, kind: string, host: string, timeMs: number): string | undefined {
    const known = this.#requests.get(application)?.get(operation)?.get(kind)?.get(host);
    if (known !== undefined) {
      if (timeMs > known.seenAtMs) known.seenAtMs = timeMs;
      return known.key;
    }
    if (this.#size >= this.#max) this.#sweep(timeMs);
    if (this.#size >= this.#max) return undefined;
    const key = requestsKey(bytesOf(application), bytesOf(operation), bytesOf(kind), bytesOf(host));
    levelOf(levelOf(levelOf(this.#requests, application), operation), kind).set(host, { key, seenAtMs: timeMs });
    this.#size++;
    return key;
  }

  /** The series that takes what has no room. */
  others(application: string): string {
    let key = this.#others.get(application);
    if (key === undefined) this.#others.set(application, (key = requestsKey(bytesOf(application), OTHER, '', '')));
    return key;
  }

  calls(caller: string, callee: string): string {
    return this.#calls.get(caller, callee);
  }

  replicas(application: string): string {
    return this.#replicas.get(application, '');
  }

  path(application: string, operation: string): string {
    return this.#paths.get(application, operation);
  }

  #sweep(timeMs: number): void {
    // Each series without room would look through all others; time has to pass before any can have expired.
    if (timeMs - this.#sweptAtMs < this.#expiryMs / 10) return;
    this.#sweptAtMs = timeMs;
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

/** Keys of series by two names. */
class PairTable {
  readonly #make: (a: string, b: string) => string;
  readonly #keys: Level<Level<string>> = new Map();
  #size = 0;

  constructor(make: (a: string, b: string) => string) {
    this.#make = make;
  }

  get(a: string, b: string): string {
    const known = this.#keys.get(a)?.get(b);
    if (known !== undefined) return known;
    if (++this.#size > MOST_PAIRS) {
      this.#keys.clear();
      this.#size = 1;
    }
    const key = this.#make(bytesOf(a), bytesOf(b));
    levelOf(this.#keys, a).set(b, key);
    return key;
  }
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
