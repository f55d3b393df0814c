import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before a gateway and gives streams other names, so that a test has streams of its own on a Kafka that others use too. */
export class StreamRenamer {
  readonly #server: Server;

  private constructor(gateway: string, names: Readonly<Record<string, string>>) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url!, gateway);
        const stream = url.searchParams.get('stream')!;
        url.searchParams.set('stream', names[stream] ?? stream);
        fetch(url, {
          method: 'POST',
          headers: { authorization: request.headers.authorization! },
          body: new Uint8Array(Buffer.concat(chunks)),
        })
          .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
          .catch(() => response.writeHead(503).end());
      });
    });
  }

  /** @param names new names by the old ones */
  static async start(gateway: string, names: Readonly<Record<string, string>>): Promise<StreamRenamer> {
    const renamer = new StreamRenamer(gateway, names);
    await new Promise<void>((resolve) => renamer.#server.listen(0, '127.0.0.1', resolve));
    return renamer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}
