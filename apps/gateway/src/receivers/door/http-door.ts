import type { IncomingHttpHeaders } from 'node:http';
import type { HerculesError } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import type { KnownKey } from '../../stream-access.ts';

/** A request of a door whose key is known and whose body is here. */
export interface DoorRequest {
  /** Who sends. */
  readonly key: KnownKey;
  /** Upper case. */
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Below the root path, raw. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Unpacked. Good until the promise of {@link HttpDoorRoute.handle} settles. */
  readonly body: Buffer;
  /** True once the client has gone: what Kafka does not have yet is not worth giving to it. */
  readonly isAbandoned: boolean;
  /**
   * Takes permits for memory that the request needs beyond its unpacked body, e.g. for events that are longer than what they came from. They are
   * given back after the answer. Throws THROTTLED when there are none.
   * @param bytes nothing happens for 0 and less
   */
  admit(bytes: number): void;
}

export interface DoorAnswer {
  readonly status: number;
  /** Without one the answer has no body. */
  readonly contentType?: string;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One kind of request of a door. */
export interface HttpDoorRoute {
  readonly counters: MethodCounters;
  /** Requests to this route need no key and have no body that matters, e.g. a greeting. `key` must not be looked at then. */
  readonly isOpen?: boolean;
  /**
   * Answers after Kafka has acknowledged every event that was taken. Throws HerculesError for a request that is refused as a whole;
   * what else it throws becomes INTERNAL.
   */
  handle(request: DoorRequest): Promise<DoorAnswer>;
  /** How the protocol of the door says why a request is refused as a whole; also for refusals before {@link handle}. */
  refuse(error: HerculesError, headers: IncomingHttpHeaders): DoorAnswer;
}

/** A protocol over HTTP other than our own. */
export interface HttpDoor {
  /**
   * The route of a request, or undefined for what is not the door's.
   * @param method upper case
   * @param path below the root path, raw
   */
  route(method: string, path: string): HttpDoorRoute | undefined;
}
