import type { ServerResponse } from 'node:http';
import { CompactedTable, type KafkaCluster } from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import type { ReplicasConfig } from './config.ts';

const BEAT_MS = 15_000;
/** A client that does not read this much is let go; it may come again and gets the newest at once. */
const MOST_WAITING_BYTES = 256 * 1024;

/** The weights of the replicas of each service as trace-analytics has published them last, and those who follow them by server-sent events. */
export class ReplicaTable {
  readonly #table: CompactedTable;
  readonly #maxFollowers: number;
  readonly #logger: Logger;
  readonly #followers = new Map<ServerResponse, string>();
  #beatTimer: NodeJS.Timeout | undefined;
  #isLoaded = false;

  constructor(cluster: KafkaCluster, { topic, maxFollowers }: ReplicasConfig, logger: Logger) {
    this.#table = new CompactedTable(cluster, { topic }, logger);
    this.#maxFollowers = maxFollowers;
    this.#logger = logger;
  }

  /** Begins to follow the topic; does not wait for it, because nobody may ever publish weights. */
  start(): void {
    this.#beatTimer = setInterval(() => this.#beat(), BEAT_MS);
    this.#table.onChange((service, document) => this.#tell(service, document));
    this.#table.start().then(
      () => (this.#isLoaded = true),
      (error: unknown) => this.#logger.debug({ err: error }, 'the weights of replicas are not followed'),
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.#beatTimer);
    await this.#table.stop();
  }

  /** Lets go of all who follow, and tells them. */
  closeFollowers(): void {
    for (const response of this.#followers.keys()) response.end('event: closed\ndata: {"reason":"the server stops"}\n\n');
  }

  /** Names of the services that have weights, sorted. @throws HerculesError BACKEND_UNAVAILABLE while the topic has not been read */
  services(): string[] {
    this.#requireLoaded();
    return Array.from(this.#table.entries(), ([service]) => service).sort();
  }

  /** The newest weights as JSON. @throws HerculesError NOT_FOUND, BACKEND_UNAVAILABLE */
  document(service: string): Buffer {
    this.#requireLoaded();
    const document = this.#table.get(service);
    if (document === undefined) throw new HerculesError('NOT_FOUND', `No weights are known of service '${service}'`);
    return document;
  }

  /** @throws HerculesError THROTTLED when there are too many who follow */
  requireRoom(): void {
    if (this.#followers.size >= this.#maxFollowers)
      throw new HerculesError('THROTTLED', `${this.#followers.size} clients follow weights already`);
  }

  /** Sends the weights of a service now and whenever they are published, until the client leaves. */
  follow(service: string, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    response.write(`: following\n\n`);
    this.#followers.set(response, service);
    response.once('close', () => this.#followers.delete(response));
    const document = this.#table.get(service);
    if (document !== undefined) send(response, document);
  }

  #tell(service: string, document: Buffer | undefined): void {
    for (const [response, followed] of this.#followers) {
      if (followed === service) send(response, document ?? Buffer.from(JSON.stringify({ service, replicas: [] })));
    }
  }

  #beat(): void {
    for (const response of this.#followers.keys()) response.write(': alive\n\n');
  }

  #requireLoaded(): void {
    if (!this.#isLoaded)
      throw new HerculesError('BACKEND_UNAVAILABLE', 'The weights of replicas have not been read; is trace-analytics running?');
  }
}

function send(response: ServerResponse, document: Buffer): void {
  if (response.writableEnded || response.destroyed) return;
  if (response.writableLength > MOST_WAITING_BYTES) response.destroy();
  else response.write(`data: ${document.toString()}\n\n`);
}
