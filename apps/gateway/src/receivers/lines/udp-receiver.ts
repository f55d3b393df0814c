import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { listenError } from '@hercules/service';
import { type DeliveryParts, deliverTaken, PERMITS_A_BYTE } from './deliver-taken.ts';
import { endInTime } from './end-in-time.ts';
import type { MessageReader } from './message-reader.ts';

/** Datagrams of this time make one batch, in ms. */
const LINGER_MS = 20;
const MAX_BATCH_BYTES = 262_144;
/** Asked of the kernel, which gives what it may (net.core.rmem_max): datagrams come in bursts. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

/** Listens for a protocol over UDP. Nothing can hold a sender back there: while there is no memory, datagrams are dropped and counted. */
export class UdpReceiver {
  readonly #parts: DeliveryParts;
  readonly #reader: MessageReader;
  readonly #socket: Socket;
  readonly #host: string;
  readonly #port: number;
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  /** Of the open batch. */
  #permits = 0;

  /** @param parts whose batches nobody else writes to: what is in them is taken after a while, not at once */
  constructor(parts: DeliveryParts, reader: MessageReader, host: string, port: number) {
    this.#parts = parts;
    this.#reader = reader;
    this.#host = host;
    this.#port = port;
    this.#socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    this.#socket.on('message', (message, from) => this.#onMessage(message, from));
  }

  /** Listens; resolves with the port. @throws HerculesError BAD_CONFIG */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => reject(listenError(error, this.#host, this.#port));
      this.#socket.once('error', refuse);
      this.#socket.bind(this.#port, this.#host, () => {
        this.#socket.off('error', refuse);
        this.#socket.on('error', () => this.#parts.counters.refuse('socket'));
        resolve(this.#socket.address().port);
      });
    });
  }

  /** Hears no more. Resolves when Kafka has what was heard, at most after the given time. */
  async stop(deadlineMs: number): Promise<void> {
    this.#socket.close();
    this.#flush();
    await endInTime(Promise.all(this.#underWay), deadlineMs, () => this.#parts.delivery.stop());
  }

  #onMessage(message: Buffer, { address }: RemoteInfo): void {
    const { admission, counters } = this.#parts;
    counters.receivedBytes += message.length;
    const weight = message.length * PERMITS_A_BYTE;
    if (!admission.tryAcquire(weight)) {
      counters.received++;
      return this.#reader.refuse('no-memory', 'Kafka does not keep up', message.subarray(0, 100), address);
    }
    this.#permits += weight;
    this.#reader.read(message, 0, message.length, address);
    if (this.#permits > MAX_BATCH_BYTES * PERMITS_A_BYTE) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), LINGER_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const permits = this.#permits;
    this.#permits = 0;
    const over = deliverTaken(this.#parts, permits).over.then(() => void this.#underWay.delete(over));
    this.#underWay.add(over);
  }
}
