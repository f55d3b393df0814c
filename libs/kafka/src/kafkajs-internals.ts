import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Logger } from '@hercules/protocol';
import KafkajsBrokerClass from 'kafkajs/src/broker/index.js';
import Cluster, { type Broker, type RawRequest } from 'kafkajs/src/cluster/index.js';
import loggers from 'kafkajs/src/loggers/index.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { type KafkaConfig, saslOptions, tlsOptions } from './config.ts';
import { decodeMetadata, encodeMetadata, METADATA_API } from './metadata-request.ts';

// The only file that touches kafkajs' private modules: its cluster keeps connections, logins and metadata; requests and answers are ours.

export type KafkajsCluster = Cluster;
export type KafkajsBroker = Broker;

const KEEP_ALIVE_MS = 60_000;
const SMALL_REQUEST_BYTES = 65_536;
const METADATA_MAX_AGE_MS = 300_000;
/** Another broker can answer as well, so a silent one is not waited for as long as for other requests. */
const METADATA_TIMEOUT_MS = 3000;

/**
 * After every answer kafkajs arms a timer that looks for requests held back, even when none is; its time is then negative, of which newer
 * Node.js warns. Nothing held back needs no timer.
 */
const armTimer = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleIfPending(this: RequestQueue): void {
  if (this.pending.length > 0) armTimer.call(this);
};

/**
 * kafkajs refuses the metadata of the whole cluster when one partition of any topic has no leader, so that one lost broker would keep clients
 * from following the leaders of everything else. Ours takes what is known.
 */
KafkajsBrokerClass.prototype.metadata = function metadata(this: Broker, topics: readonly string[] = []) {
  return answerWithin(
    this,
    this.connectionPool.send(rawRequest(METADATA_API, encodeMetadata(topics), decodeMetadata)),
    METADATA_TIMEOUT_MS,
  );
};

/**
 * kafkajs opens a second socket when two requests find a connection closed at the same time: both then feed one parser, and the end of the
 * forgotten one takes the other down later. Callers share the attempt instead.
 */
const connectOnce = Connection.prototype.connect;
const attempts = new WeakMap<Connection, Promise<unknown>>();
Connection.prototype.connect = function connect(this: Connection): Promise<unknown> {
  let attempt = attempts.get(this);
  if (attempt === undefined) {
    attempt = connectOnce.call(this).finally(() => attempts.delete(this));
    attempts.set(this, attempt);
  }
  return attempt;
};

/**
 * Waits for a broker's answer, and gives up its connections when none comes in time: it may be gone without a word. Everything else that waits for
 * an answer on them then fails too, instead of waiting for ever: kafkajs checks no times any more once it has begun to disconnect, and its
 * way to disconnect is to wait for all answers.
 */
export async function answerWithin<T>(broker: Broker, answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${timeoutMs} ms`);
      for (const { socket } of broker.connectionPool.pool) socket?.destroy(error);
      reject(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param sockets collects the open sockets, so that a close need not wait for answers */
export function createKafkajsCluster(config: KafkaConfig, logger: Logger, sockets: Set<Socket>): Cluster {
  return new Cluster({
    logger: loggers.createLogger({
      level: loggers.LEVELS.ERROR,
      logCreator: () => (entry) => forwardLog(logger, entry.namespace, entry.log),
    }),
    socketFactory: socketFactory(sockets),
    brokers: config.brokers,
    ssl: tlsOptions(config),
    sasl: saslOptions(config),
    clientId: config.clientId,
    connectionTimeout: config.connectionTimeoutMs,
    authenticationTimeout: config.requestTimeoutMs,
    reauthenticationThreshold: 10_000,
    requestTimeout: config.requestTimeoutMs,
    enforceRequestTimeout: true,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    // Whoever sends a request decides when it is worth repeating.
    retry: { retries: 0 },
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
  });
}

/** Whether the brokers refused the login: to repeat it does not help, and may lock the user out. */
export function isLoginRefused(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'KafkaJSSASLAuthenticationError') return true;
  }
  return false;
}

/** kafkajs reports connection failures as errors; the caller sees them too and says what they mean, so here they are details. */
function forwardLog(logger: Logger, namespace: string, { message, ...fields }: { message: string; [key: string]: unknown }): void {
  logger.debug({ ...fields, kafkajs: namespace }, message);
}

function socketFactory(sockets: Set<Socket>) {
  return ({ host, port, ssl, onConnect }: { host: string; port: number; ssl?: object; onConnect: () => void }): Socket => {
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
      : connectTcp({ host, port }, onConnect);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      // kafkajs disconnects a dead connection again with every attempt of an outage, and `unref` of a socket that never connected leaves a listener each time.
      socket.unref = () => socket;
    });
    return socket;
  };
}

/** A request whose body is there as bytes and whose answer is decoded by us. */
export function rawRequest<T>(
  { apiKey, apiVersion, apiName }: { apiKey: number; apiVersion: number; apiName: string },
  body: Buffer,
  decode: (response: Buffer) => T,
  timeoutMs?: number,
): RawRequest<T> {
  const encoded = { buf: body, buffer: body, offset: body.length, size: () => body.length };
  return {
    request: { apiKey, apiVersion, apiName, expectResponse: () => true, encode: () => Promise.resolve(encoded) },
    response: { decode: (payload) => Promise.resolve(payload), parse: (payload) => Promise.resolve(decode(payload)) },
    requestTimeout: timeoutMs ?? null,
    logResponseError: false,
  };
}

/**
 * Sends a body of several buffers without copying it: the header and the buffers go to the socket as they are. The buffers must stay unchanged until
 * the answer has come.
 */
export async function sendChunks(
  broker: Broker,
  { apiKey, apiVersion, apiName }: { apiKey: number; apiVersion: number; apiName: string },
  chunks: readonly Buffer[],
): Promise<Buffer> {
  const connection = await broker.connectionPool.getConnectionByRequest({ request: { apiKey } });
  if (!connection.isConnected() || (connection.sasl && !connection.isAuthenticated())) {
    // The long way logs in first; it is needed once a connection. Without SASL kafkajs never calls a connection authenticated.
    return broker.connectionPool.send(rawRequest({ apiKey, apiVersion, apiName }, Buffer.concat(chunks), (response) => response));
  }
  const clientId = Buffer.from(connection.clientId);
  const correlationId = connection.nextCorrelationId();
  const header = Buffer.allocUnsafe(14 + clientId.length);
  const bodyBytes = chunks.reduce((bytes, chunk) => bytes + chunk.length, 0);
  header.writeInt32BE(header.length - 4 + bodyBytes, 0);
  header.writeInt16BE(apiKey, 4);
  header.writeInt16BE(apiVersion, 6);
  header.writeInt32BE(correlationId, 8);
  header.writeInt16BE(clientId.length, 12);
  clientId.copy(header, 14);
  const answer = await new Promise<{ payload: Buffer }>((resolve, reject) => {
    connection.requestQueue.push({
      entry: { apiKey, apiVersion, apiName, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: null,
      sendRequest: () => {
        const { socket } = connection;
        // Copying a small request costs less than a list of small writes.
        if (bodyBytes < SMALL_REQUEST_BYTES) {
          socket.write(Buffer.concat([header, ...chunks]));
          return;
        }
        socket.cork();
        socket.write(header);
        for (const chunk of chunks) socket.write(chunk);
        socket.uncork();
      },
    });
  });
  return answer.payload;
}
