import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { HerculesError } from '@hercules/protocol';
import { listen } from '@hercules/service';
import type { DoorContext } from '../door/door-context.ts';
import { DoorExchange } from '../door/door-exchange.ts';
import type { HttpDoor } from '../door/http-door.ts';
import { answerEmpty, answerError } from './answer.ts';
import { HttpConnection } from './http-connection.ts';
import type { SendContext } from './send-context.ts';
import { SendExchange } from './send-exchange.ts';
import { type SendTarget, SendTargetParser } from './send-target.ts';

/** Answers `GET /ping`, `/about`, `/status`, `/metrics`; true if the path was one of them. */
export type ServiceEndpoints = (req: IncomingMessage, res: ServerResponse, path: string) => boolean;

export interface HttpReceiverOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: SecureContextOptions | undefined;
  readonly rootPath: string;
  /** A client must send its whole request within this time, in ms. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
}

/** What a receiver serves besides the service endpoints. */
export interface HttpServices {
  /** `/stream/send` and `/stream/sendAsync`, if they are served here. */
  readonly send: SendContext | undefined;
  readonly door: DoorContext;
  readonly doors: readonly HttpDoor[];
}

const PAGE_NOT_FOUND = new HerculesError('NOT_FOUND', 'There is nothing at this path');
const ROUTED_METHODS = new Set(['GET', 'POST']);
const TIMEOUT_CHECK_INTERVAL_MS = 2000;

/**
 * `POST /stream/send` and `/stream/sendAsync` (apis §3), the doors and the service endpoints on node:http: at one event a request the HTTP server itself
 * is most of the cost, so there is no framework in between and answers carry no header that nobody needs.
 */
export class HttpReceiver {
  readonly #services: HttpServices;
  readonly #options: HttpReceiverOptions;
  readonly #endpoints: ServiceEndpoints;
  readonly #targets: SendTargetParser;
  readonly #server: Server;

  constructor(services: HttpServices, options: HttpReceiverOptions, endpoints: ServiceEndpoints) {
    this.#services = services;
    this.#options = options;
    this.#endpoints = endpoints;
    this.#targets = new SendTargetParser(options.rootPath === '/' ? '' : options.rootPath);
    this.#server = this.#createServer();
  }

  /** Listens; resolves with the port, which differs from the configured one if that is 0. */
  start(): Promise<number> {
    return listen(this.#server, this.#options);
  }

  /** Accepts no more connections, waits for requests under way, at most for the given time. */
  async stop(deadlineMs: number): Promise<void> {
    const server = this.#server;
    if (!server.listening) return;
    const timer = setTimeout(() => server.closeAllConnections(), deadlineMs);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearTimeout(timer);
  }

  #createServer(): Server {
    const { tls, requestTimeoutMs, keepAliveTimeoutMs } = this.#options;
    const options: ServerOptions = {
      noDelay: true,
      keepAliveTimeout: keepAliveTimeoutMs,
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_INTERVAL_MS, requestTimeoutMs),
    };
    const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls });
    server.on('request', (req, res) => this.#onRequest(req, res, false));
    server.on('checkContinue', (req, res) => this.#onRequest(req, res, true));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseUnreadable(error, socket));
    return server;
  }

  #onRequest(req: IncomingMessage, res: ServerResponse, expectsContinue: boolean): void {
    res.sendDate = false;
    const target = this.#targets.parse(req.url!);
    const { path } = target;
    const { send } = this.#services;
    const isAsync = path === '/stream/sendAsync';
    if (send !== undefined && req.method === 'POST' && (isAsync || path === '/stream/send')) {
      const exchange = new SendExchange(send, HttpConnection.of(req.socket), req, res, isAsync, expectsContinue);
      exchange.start(target);
    } else if (!this.#startDoor(req, res, target, expectsContinue)) {
      this.#answerOther(req, res, path);
    }
  }

  /** Gives the request to the door that has a route for it; false if none has. */
  #startDoor(req: IncomingMessage, res: ServerResponse, { path, query }: SendTarget, expectsContinue: boolean): boolean {
    const { door, doors } = this.#services;
    for (const each of doors) {
      const route = each.route(req.method!, path);
      if (route === undefined) continue;
      new DoorExchange(door, route, HttpConnection.of(req.socket), req, res, path, query, expectsContinue).start();
      return true;
    }
    return false;
  }

  /** Unknown methods, and those no route has, are 405 without a look at the path (apis §1). */
  #answerOther(req: IncomingMessage, res: ServerResponse, path: string): void {
    if (!ROUTED_METHODS.has(req.method!)) answerEmpty(res, 405);
    else if (!this.#endpoints(req, res, path)) answerError(res, PAGE_NOT_FOUND);
  }
}

const UNREADABLE_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The bytes are no HTTP request, or did not come in time: answer if nothing of an answer was sent yet, and close. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isAnswering = (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const status = UNREADABLE_STATUS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
