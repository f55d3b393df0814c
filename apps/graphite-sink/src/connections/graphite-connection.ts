import { connect, type Socket } from 'node:net';
import { HerculesError } from '@hercules/protocol';

/**
 * An end of the peer that comes before ours was not an answer to it: it had closed already when the bytes were sent, so it has not read them. Ours waits
 * for one that is on its way.
 */
const PREMATURE_END_MS = 10;

/** A connection that takes one batch, or several one after the other. */
export class GraphiteConnection {
  readonly openedAt = Date.now();
  readonly #socket: Socket;
  readonly #name: string;
  #failure: Error | undefined;
  #peerEnded = false;
  #onSettled: (() => void) | undefined;
  /** Called once when the peer ends a connection that is not in use, or it breaks: the peer may be gone. */
  onLost: (() => void) | undefined;

  private constructor(socket: Socket, name: string) {
    this.#socket = socket;
    this.#name = name;
    // Graphite never answers; reading is how one learns that it has closed.
    socket.resume();
    socket.on('end', () => {
      this.#peerEnded = true;
      this.#settled();
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(undefined));
  }

  /** @throws HerculesError BACKEND_UNAVAILABLE when it cannot be had within the time */
  static async open(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<GraphiteConnection> {
    const name = `${host}:${port}`;
    const socket = connect({ host, port, noDelay: true, keepAlive: true, allowHalfOpen: true });
    const { promise: connected, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(unavailable(name, 'the sink stops'));
    socket.setTimeout(timeoutMs, () => reject(unavailable(name, `no connection within ${timeoutMs} ms`)));
    socket.once('error', (error) => reject(unavailable(name, error.message, error)));
    socket.once('connect', resolve);
    signal.addEventListener('abort', onAbort);
    try {
      await connected;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      // The signal lives as long as the sink, which may open a connection a batch.
      signal.removeEventListener('abort', onAbort);
    }
    socket.setTimeout(0);
    return new GraphiteConnection(socket, name);
  }

  /** False once the peer has closed it or it broke. */
  get isOpen(): boolean {
    return this.#failure === undefined && !this.#peerEnded;
  }

  /**
   * Sends the bytes and ends the connection. Resolves when the peer has ended it as well, which it does when it has read everything: that is the only
   * thing like an acknowledgement that the protocol has.
   * @throws HerculesError BACKEND_UNAVAILABLE when the connection breaks, or the peer does not end it within the time
   */
  async sendAndClose(bytes: Buffer, timeoutMs: number, signal: AbortSignal): Promise<void> {
    let hasEnded = false;
    await this.#settle(
      timeoutMs,
      signal,
      'has not read everything and closed the connection',
      () => hasEnded && this.#peerEnded,
      () => {
        this.#socket.write(bytes, () =>
          setTimeout(() => {
            hasEnded = true;
            this.#socket.end();
          }, PREMATURE_END_MS),
        );
      },
    );
    this.destroy();
  }

  /**
   * Sends the bytes; resolves when the operating system has taken them all and the connection still stands.
   * @throws HerculesError BACKEND_UNAVAILABLE when it broke, or the peer does not take them within the time
   */
  async send(bytes: Buffer, timeoutMs: number, signal: AbortSignal): Promise<void> {
    let written = false;
    await this.#settle(
      timeoutMs,
      signal,
      'has not taken everything',
      () => written,
      () => {
        this.#socket.write(bytes, (error) => {
          if (!error) written = true;
          this.#settled();
        });
      },
    );
    if (!this.isOpen) throw unavailable(this.#name, 'closed the connection');
  }

  destroy(): void {
    this.onLost = undefined;
    this.#socket.destroy();
  }

  async #settle(timeoutMs: number, signal: AbortSignal, late: string, isDone: () => boolean, act: () => void): Promise<void> {
    if (!this.isOpen) throw unavailable(this.#name, 'closed the connection', this.#failure);
    await new Promise<void>((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#onSettled = undefined;
        if (error === undefined) return resolve();
        this.destroy();
        reject(error);
      };
      const onAbort = (): void => finish(unavailable(this.#name, 'the sink stops'));
      const timer = setTimeout(() => finish(unavailable(this.#name, `${late} within ${timeoutMs} ms`)), timeoutMs);
      signal.addEventListener('abort', onAbort);
      this.#onSettled = () => {
        if (this.#failure !== undefined) finish(unavailable(this.#name, this.#failure.message, this.#failure));
        else if (isDone()) finish();
        else if (this.#peerEnded) finish(unavailable(this.#name, 'closed the connection'));
      };
      act();
    });
  }

  #fail(error: Error | undefined): void {
    // A connection that both sides have ended is no broken one.
    if (error === undefined && this.#peerEnded) return;
    this.#failure ??= error ?? new Error('closed the connection');
    this.#settled();
  }

  #settled(): void {
    if (this.#onSettled !== undefined) return this.#onSettled();
    this.onLost?.();
    this.onLost = undefined;
  }
}

function unavailable(name: string, why: string, cause?: unknown): HerculesError {
  return new HerculesError('BACKEND_UNAVAILABLE', `Graphite ${name}: ${why}`, cause === undefined ? {} : { cause });
}
