import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface HttpRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Longest silence, in ms; 30 s unless said otherwise. */
  readonly timeoutMs?: number;
}

/** Sends one request on a connection of its own and reads the whole answer. A Content-Length is added unless the headers say how to frame. */
export function send(port: number, { method = 'POST', path, headers = {}, body, timeoutMs = 30_000 }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const framed = 'Transfer-Encoding' in headers || 'Content-Length' in headers;
    const allHeaders = framed || body === undefined ? headers : { ...headers, 'Content-Length': String(body.length) };
    const req = request({ host: '127.0.0.1', port, method, path, headers: allHeaders, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => resolve({ status: res.statusCode!, headers: res.headers, text: Buffer.concat(chunks).toString() }));
      res.on('error', reject);
    });
    req.setTimeout(timeoutMs, () => req.destroy(new Error(`No answer for ${timeoutMs} ms`)));
    req.on('error', reject);
    req.end(body);
  });
}

/** A TCP connection for bytes that no HTTP client would send. */
export class RawConnection {
  readonly #socket;
  received = '';
  isClosed = false;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    this.#socket.on('close', () => (this.isClosed = true));
    // A reset by the server shows as a closed connection.
    this.#socket.on('error', () => undefined);
  }

  write(data: string | Buffer): void {
    this.#socket.write(data);
  }

  /** Status codes of the answers so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
