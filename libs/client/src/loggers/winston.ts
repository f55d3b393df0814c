import Transport from 'winston-transport';
import { HerculesClient } from '../client.ts';
import type { LogEntry } from '../events/log-entry.ts';
import type { TagValue } from '../events/tag-value.ts';
import type { HerculesClientOptions } from '../options.ts';

export interface WinstonTransportOptions extends Transport.TransportStreamOptions {
  /** A client of the program's own, which closes it; or what one is made of. */
  readonly client: HerculesClient | HerculesClientOptions;
  /** Stream for the entries. */
  readonly stream: string;
}

/** Where winston keeps the level as the program wrote it, before it is coloured. */
const LEVEL = Symbol.for('level');

/** A transport for winston (`new HerculesTransport({ client, stream })`). It does not take entries faster than they can be sent: winston holds them meanwhile. */
export class HerculesTransport extends Transport {
  readonly #client: HerculesClient;
  readonly #isOwn: boolean;
  readonly #stream: string;

  constructor({ client, stream, ...options }: WinstonTransportOptions) {
    super(options);
    this.#isOwn = !(client instanceof HerculesClient);
    this.#client = client instanceof HerculesClient ? client : new HerculesClient({ onFull: 'wait', ...client });
    this.#stream = stream;
  }

  override log(info: Record<string | symbol, unknown>, done: () => void): void {
    setImmediate(() => this.emit('logged', info));
    if (this.#client.log(entryOf(info), this.#stream)) done();
    else void this.#client.room().then(done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const ended = this.#isOwn ? this.#client.close() : this.#client.flush();
    ended.then(() => done(), done);
  }
}

/** What winston has put together of a call. Symbols are its own, and so are left out. */
export function entryOf(info: Record<string | symbol, unknown>): LogEntry {
  const { level, message, stack, timestamp, ...properties } = info as Record<string, unknown>;
  const time = typeof timestamp === 'string' || typeof timestamp === 'number' ? new Date(timestamp) : undefined;
  return {
    level: String(info[LEVEL] ?? level),
    message: String(message),
    ...(typeof stack === 'string' ? { stackTrace: stack } : {}),
    properties: Object.fromEntries(Object.entries(properties)) as Record<string, TagValue>,
    ...(time === undefined || Number.isNaN(time.getTime()) ? {} : { timestamp: time }),
  };
}
