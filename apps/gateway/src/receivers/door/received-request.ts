import type { KnownKey } from '../../stream-access.ts';

/** A request whose sender is known and whose body is here, whatever brought it: HTTP or gRPC. */
export interface ReceivedRequest {
  /** Who sends. */
  readonly key: KnownKey;
  /** Unpacked. Good until {@link dropBody}, or the promise of the handler settles. */
  readonly body: Buffer;
  /** Gives the memory of the body back already, because all of it has been read. */
  dropBody(): void;
  /** True once the client has gone: what Kafka does not have yet is not worth giving to it. */
  readonly isAbandoned: boolean;
  /**
   * Takes permits for memory that the request needs beyond its unpacked body, e.g. for events that are longer than what they came from. They are
   * given back after the answer. Throws THROTTLED when there are none.
   * @param bytes nothing happens for 0 and less
   */
  admit(bytes: number): void;
}
