import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HerculesEvent, readBatch } from '@hercules/protocol';

/**
 * Stands in for a gateway in tests of what sends to one: takes batches over HTTP as they come and decodes them with the protocol's own
 * reader.
 */
export class RecordingGateway {
  /** Events by stream, in the order of their arrival. */
  readonly events = new Map<string, HerculesEvent[]>();
  readonly apiKeys = new Set<string>();
  /** Statuses to answer with before events are taken again. */
  readonly refusals: number[] = [];
  requests = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests++;
        const refusal = this.refusals.shift();
        if (refusal !== undefined) return void response.writeHead(refusal).end('not now');
        const stream = new URL(request.url!, 'http://x').searchParams.get('stream')!;
        this.events.set(stream, [...this.of(stream), ...readBatch(Buffer.concat(chunks))]);
        this.apiKeys.add(request.headers.authorization!);
        response.writeHead(200).end();
      });
    });
  }

  static async start(): Promise<RecordingGateway> {
    const gateway = new RecordingGateway();
    await new Promise<void>((resolve) => gateway.#server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  of(stream: string): readonly HerculesEvent[] {
    return this.events.get(stream) ?? [];
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
