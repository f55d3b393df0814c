import type { Transport } from './transports/transport.ts';

const LONGEST_GREY_MS = 120_000;

interface Endpoint {
  readonly transport: Transport;
  /** Passed over until then. */
  greyUntilMs: number;
  failedAtMs: number;
  failuresInARow: number;
}

/** The gateways by turns, without those that have failed lately: an endpoint that fails again is passed over for twice as long. */
export class EndpointList {
  readonly #endpoints: readonly Endpoint[];
  readonly #greyMs: number;
  readonly #now: () => number;
  #next = 0;

  /** @param greyMs how long an endpoint is passed over after its first failure */
  constructor(transports: readonly Transport[], greyMs: number, now: () => number = () => performance.now()) {
    this.#endpoints = transports.map((transport) => ({ transport, greyUntilMs: -Infinity, failedAtMs: -Infinity, failuresInARow: 0 }));
    this.#greyMs = greyMs;
    this.#now = now;
  }

  get size(): number {
    return this.#endpoints.length;
  }

  /** The next one that may be asked; when all have failed, the one that comes back first. */
  pick(): Transport {
    const nowMs = this.#now();
    const count = this.#endpoints.length;
    let soonest = this.#endpoints[this.#next % count]!;
    for (let i = 0; i < count; i++) {
      const endpoint = this.#endpoints[(this.#next + i) % count]!;
      if (endpoint.greyUntilMs <= nowMs) {
        this.#next = (this.#next + i + 1) % count;
        return endpoint.transport;
      }
      if (endpoint.greyUntilMs < soonest.greyUntilMs) soonest = endpoint;
    }
    return soonest.transport;
  }

  /** Whether one of them has not failed lately. */
  get hasGood(): boolean {
    const nowMs = this.#now();
    return this.#endpoints.some(({ greyUntilMs }) => greyUntilMs <= nowMs);
  }

  /** What the list's clock shows. */
  get nowMs(): number {
    return this.#now();
  }

  /** @param askedMs when it was asked: what was asked before the last failure tells of that one only */
  failed(transport: Transport, askedMs: number): void {
    const endpoint = this.#of(transport);
    if (askedMs < endpoint.failedAtMs) return;
    endpoint.failedAtMs = this.#now();
    const greyMs = Math.min(LONGEST_GREY_MS, this.#greyMs * 2 ** endpoint.failuresInARow++);
    endpoint.greyUntilMs = endpoint.failedAtMs + greyMs;
  }

  /** It answered: whatever it was before, it is good now. */
  answered(transport: Transport): void {
    const endpoint = this.#of(transport);
    endpoint.greyUntilMs = -Infinity;
    endpoint.failuresInARow = 0;
  }

  close(): void {
    for (const { transport } of this.#endpoints) transport.close();
  }

  #of(transport: Transport): Endpoint {
    return this.#endpoints.find((endpoint) => endpoint.transport === transport)!;
  }
}
