import type { IncomingHttpHeaders } from 'node:http';
import type { HerculesError } from '@hercules/protocol';
import type { MethodCounters } from '../../intake-counters.ts';
import type { ReceivedRequest } from './received-request.ts';

/** A request of a door over HTTP. */
export interface DoorRequest extends ReceivedRequest {
  /** Upper case. */
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Below the root path, raw. */
  readonly path: string;
  readonly query: URLSearchParams;
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
  /** Requests need no key, and their bodies are not read, e.g. a greeting. `key` must not be looked at then. */
  readonly isOpen?: boolean;
  /** The body is handed out as it was sent, whatever its Content-Encoding; the route unpacks it. */
  readonly takesPacked?: boolean;
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
