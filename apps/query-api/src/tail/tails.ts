import type { ServerResponse } from 'node:http';
import type { PartitionReader } from '@hercules/kafka';
import type { EventFilter, MetadataRegistry } from '@hercules/metadata';
import { HerculesError, type Logger } from '@hercules/protocol';
import { StreamTail } from './stream-tail.ts';
import { TailClient } from './tail-client.ts';

export interface TailOptions {
  readonly maxTails: number;
  readonly tailBufferBytes: number;
}

const BEAT_MS = 10_000;

/** All who follow streams. A stream is read once, however many follow it, and only while somebody does. */
export class Tails {
  readonly #registry: Pick<MetadataRegistry, 'stream' | 'onChange'>;
  readonly #partitions: PartitionReader;
  readonly #options: TailOptions;
  readonly #logger: Logger;
  readonly #tails = new Map<string, StreamTail>();
  readonly #beat: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #droppedByThoseWhoLeft = 0;

  constructor(registry: Pick<MetadataRegistry, 'stream' | 'onChange'>, partitions: PartitionReader, options: TailOptions, logger: Logger) {
    this.#registry = registry;
    this.#partitions = partitions;
    this.#options = options;
    this.#logger = logger;
    this.#beat = setInterval(() => this.#each((client) => client.beat()), BEAT_MS);
    this.#unsubscribe = registry.onChange((kind) => {
      if (kind === 'rule' || kind === 'blacklist' || kind === 'stream') this.#checkAll();
    });
  }

  get clients(): number {
    let clients = 0;
    for (const tail of this.#tails.values()) clients += tail.clients.size;
    return clients;
  }

  get droppedEvents(): number {
    let dropped = this.#droppedByThoseWhoLeft;
    this.#each((client) => (dropped += client.dropped));
    return dropped;
  }

  /** Throws THROTTLED when there are enough already. */
  requireRoom(): void {
    if (this.clients < this.#options.maxTails) return;
    throw new HerculesError('THROTTLED', `${this.#options.maxTails} clients follow streams already`);
  }

  /** Sends what comes from now on, until the client leaves or may not read any more. */
  follow(stream: string, response: ServerResponse, filter: EventFilter, checkRight: () => void): void {
    const tail = this.#tails.get(stream) ?? this.#start(stream);
    const client = new TailClient(response, filter, checkRight, this.#options.tailBufferBytes);
    tail.clients.add(client);
    response.once('close', () => {
      tail.clients.delete(client);
      this.#droppedByThoseWhoLeft += client.dropped;
      if (tail.clients.size === 0) this.#stop(stream, tail);
    });
  }

  close(): void {
    clearInterval(this.#beat);
    this.#unsubscribe();
    this.#each((client) => client.close('the service stops'));
    for (const [stream, tail] of this.#tails) this.#stop(stream, tail);
  }

  #start(stream: string): StreamTail {
    const tail = new StreamTail(this.#partitions, stream, this.#logger);
    this.#tails.set(stream, tail);
    void tail.run(() => this.#registry.stream(stream)?.partitions ?? 0);
    return tail;
  }

  #stop(stream: string, tail: StreamTail): void {
    tail.stop();
    if (this.#tails.get(stream) === tail) this.#tails.delete(stream);
  }

  #checkAll(): void {
    for (const [stream, { clients }] of this.#tails) {
      const isGone = this.#registry.stream(stream) === undefined;
      for (const client of clients) {
        try {
          if (isGone) throw new HerculesError('STREAM_NOT_FOUND', `There is no stream '${stream}' any more`);
          client.checkRight();
        } catch (error) {
          clients.delete(client);
          client.close((error as Error).message);
        }
      }
    }
  }

  #each(act: (client: TailClient) => void): void {
    for (const { clients } of this.#tails.values()) for (const client of clients) act(client);
  }
}
