import type { HerculesError } from '@hercules/protocol/writing';

/** What became of a request. */
export type SendOutcome =
  /** Kafka has every event of the batch. */
  | { readonly kind: 'acknowledged' }
  /** Sending the same again would fail the same way. */
  | { readonly kind: 'refused'; readonly error: HerculesError }
  /** The gateway is there and cannot take it now. @param retryAfterMs when it may be tried again, if the gateway has said so */
  | { readonly kind: 'busy'; readonly error: HerculesError; readonly retryAfterMs: number | undefined }
  /** The gateway is not there, or not well: another one is the better choice. */
  | { readonly kind: 'failed'; readonly error: HerculesError };

/** The way to one gateway. */
export interface Transport {
  readonly endpoint: string;
  /** Sends a batch (protocol §6); never rejects. @param signal gives the request up */
  send(stream: string, batch: Buffer, timeoutMs: number, signal: AbortSignal): Promise<SendOutcome>;
  close(): void;
}
