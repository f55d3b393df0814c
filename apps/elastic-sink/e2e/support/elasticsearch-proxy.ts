import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { freePort } from '@hercules/service/testing';

/**
 * What is done with a request: `pass` hands it to Elasticsearch, `swallow` hands it there and never gives the answer back, a number is
 * the status that it is refused with.
 */
export type ProxyRule = 'pass' | 'swallow' | number;

/** Stands between a sink and Elasticsearch and gets in the way as a test wants it. */
export class ElasticsearchProxy {
  readonly port: number;
  /** Decides on each request; `path` is without the query. */
  rule: (path: string) => ProxyRule = () => 'pass';
  /** How often each status was given without asking Elasticsearch. */
  readonly refused = new Map<number, number>();
  /** Bulk requests that Elasticsearch has taken while the sink was not told. */
  swallowed = 0;
  readonly #target: URL;
  readonly #server: Server;

  private constructor(port: number, target: string) {
    this.port = port;
    this.#target = new URL(target);
    this.#server = createServer((incoming, answer) => this.#serve(incoming, answer));
  }

  /** Reserves a port; nobody listens there before `open`. */
  static async reserve(target: string): Promise<ElasticsearchProxy> {
    return new ElasticsearchProxy(await freePort(), target);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #serve(incoming: IncomingMessage, answer: ServerResponse): void {
    const rule = this.rule(incoming.url!.split('?', 1)[0]!);
    if (typeof rule === 'number') {
      incoming.resume().on('end', () => {
        this.refused.set(rule, (this.refused.get(rule) ?? 0) + 1);
        answer.writeHead(rule, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'not now', status: rule }));
      });
      return;
    }
    const { hostname, port } = this.#target;
    const { method, url: path, headers } = incoming;
    const onward = request({ hostname, port, method, path, headers }, (response) => {
      if (rule === 'swallow') {
        response.resume().on('end', () => this.swallowed++);
        return;
      }
      answer.writeHead(response.statusCode!, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  }
}
