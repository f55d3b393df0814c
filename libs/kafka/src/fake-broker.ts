import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { INIT_PRODUCER_ID_API, PRODUCE_API } from './produce-request.ts';
import { METADATA_API } from './metadata-request.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const API_VERSIONS = 18;
const NODE_ID = 1;
const RECORDS_HEADER_BYTES = 61;

/** One record batch as a producer sent it. */
export interface SeenBatch {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly count: number;
  /** The whole batch. */
  readonly bytes: Buffer;
}

/**
 * What a partition answers a batch with: `write` appends it as a real broker does, with its check of sequence numbers; `write-and-drop` appends
 * it and closes the connection before the answer; `silence` appends nothing and answers nothing; a number is an error code, nothing is appended.
 */
export type ProduceBehaviour = 'write' | 'write-and-drop' | 'write-and-silence' | 'silence' | number;

/**
 * A broker on a real socket that answers what a producer asks, for unit tests: it may fail as told, and keeps what was written. Its check of
 * sequence numbers is that of Kafka (KIP-98): the last batches of a producer are known by their numbers, and a gap is refused.
 */
export class FakeBroker {
  readonly topics = new Map<string, number>();
  readonly seen: SeenBatch[] = [];
  readonly written: SeenBatch[] = [];
  /** For the next batches, one each; afterwards `write`. */
  readonly script: ProduceBehaviour[] = [];
  /** Api keys of the requests in the order of their arrival. */
  readonly requests: number[] = [];
  /** Batches of each produce request. */
  readonly batchesOfRequests: number[] = [];
  connections = 0;
  /** Answers nothing at all, as a host that has gone without a word. */
  isSilent = false;
  readonly #silent = new Set<Socket>();
  #nextProducerId = 1000n;
  readonly #known = new Map<string, { baseSequence: number; count: number; offset: number }[]>();
  readonly #ends = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Listens on a free port, and on the same one again after `stop`. */
  async start(): Promise<void> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Closes every connection, as a broker that is killed. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.#server === undefined ? resolve() : this.#server.close(() => resolve())));
    this.#server = undefined;
  }

  /** The connections of now stay open and are never answered again; new ones are served. */
  silenceConnections(): void {
    for (const socket of this.#sockets) this.#silent.add(socket);
  }

  /** Connections that are open. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Values of what was written to a partition, in order. */
  values(topic: string, partition = 0): string[] {
    return this.written.filter((batch) => batch.topic === topic && batch.partition === partition).flatMap(({ bytes }) => valuesOf(bytes));
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0);
        this.#answer(socket, received.subarray(4, end));
        received = received.subarray(end);
      }
    });
  }

  #answer(socket: Socket, request: Buffer): void {
    const reader = new WireReader(request);
    const apiKey = reader.int16();
    reader.int16();
    const correlationId = reader.int32();
    reader.nullableString();
    this.requests.push(apiKey);
    if (this.isSilent || this.#silent.has(socket)) return;
    const body = this.#bodyFor(apiKey, reader, socket);
    if (body === undefined) return;
    const head = Buffer.alloc(8);
    head.writeInt32BE(body.length + 4, 0);
    head.writeInt32BE(correlationId, 4);
    socket.write(Buffer.concat([head, body]));
  }

  #bodyFor(apiKey: number, reader: WireReader, socket: Socket): Buffer | undefined {
    switch (apiKey) {
      case API_VERSIONS:
        return new WireWriter()
          .int16(0)
          .array([0, 1, 3, 18, 22], (out, key) => out.int16(key).int16(0).int16(7))
          .int32(0)
          .bytes();
      case METADATA_API.apiKey:
        return this.#metadata();
      case INIT_PRODUCER_ID_API.apiKey:
        return new WireWriter().int32(0).int16(0).int64(Number(this.#nextProducerId++)).int16(0).bytes();
      case PRODUCE_API.apiKey:
        return this.#produce(reader, socket);
      default:
        throw new Error(`api key ${apiKey} is not expected`);
    }
  }

  #metadata(): Buffer {
    return new WireWriter()
      .int32(0)
      .array([NODE_ID], (out, nodeId) => out.int32(nodeId).string('127.0.0.1').int32(this.#port).nullableString(null))
      .nullableString('fake')
      .int32(NODE_ID)
      .array([...this.topics], (out, [topic, partitions]) =>
        out
          .int16(0)
          .string(topic)
          .int8(0)
          .array(
            Array.from({ length: partitions }, (_, partition) => partition),
            (inner, partition) => inner.int16(0).int32(partition).int32(NODE_ID).int32(1).int32(NODE_ID).int32(1).int32(NODE_ID).int32(0),
          ),
      )
      .bytes();
  }

  #produce(reader: WireReader, socket: Socket): Buffer | undefined {
    reader.nullableString();
    reader.skip(6); // acks, time-out
    const batches = reader
      .array((topicReader) => {
        const topic = topicReader.string();
        return topicReader.array((partitionReader) => {
          const partition = partitionReader.int32();
          return seenBatch(topic, partition, Buffer.from(partitionReader.sizedBytes()));
        });
      })
      .flat();
    this.batchesOfRequests.push(batches.length);
    this.seen.push(...batches);
    const behaviours = batches.map(() => this.script.shift() ?? 'write');
    const results = batches.map((batch, i) => this.#append(batch, behaviours[i]!));
    if (behaviours.includes('write-and-drop')) {
      socket.destroy();
      return undefined;
    }
    if (behaviours.some((behaviour) => behaviour === 'silence' || behaviour === 'write-and-silence')) return undefined;
    return new WireWriter()
      .array(batches, (out, { topic, partition }) => {
        const { errorCode, offset } = results[batches.findIndex((batch) => batch.topic === topic && batch.partition === partition)]!;
        out.string(topic).int32(1).int32(partition).int16(errorCode).int64(offset).int64(-1).int64(0);
      })
      .int32(0)
      .bytes();
  }

  #append(batch: SeenBatch, behaviour: ProduceBehaviour): { errorCode: number; offset: number } {
    if (typeof behaviour === 'number') return { errorCode: behaviour, offset: -1 };
    if (behaviour === 'silence') return { errorCode: 0, offset: -1 };
    const { topic, partition, producerId, baseSequence, count } = batch;
    if (partition >= (this.topics.get(topic) ?? 0)) return { errorCode: 3, offset: -1 };
    const place = `${topic}/${partition}`;
    const offset = this.#ends.get(place) ?? 0;
    if (producerId >= 0n) {
      const known = this.#known.get(`${place}/${producerId}`) ?? [];
      const same = known.slice(-5).find((earlier) => earlier.baseSequence === baseSequence && earlier.count === count);
      if (same !== undefined) return { errorCode: 0, offset: same.offset };
      const last = known.at(-1);
      if (last !== undefined && baseSequence !== last.baseSequence + last.count) return { errorCode: 45, offset: -1 };
      this.#known.set(`${place}/${producerId}`, [...known, { baseSequence, count, offset }]);
    }
    this.#ends.set(place, offset + count);
    this.written.push(batch);
    return { errorCode: 0, offset };
  }
}

function seenBatch(topic: string, partition: number, bytes: Buffer): SeenBatch {
  return {
    topic,
    partition,
    producerId: bytes.readBigInt64BE(43),
    producerEpoch: bytes.readInt16BE(51),
    baseSequence: bytes.readInt32BE(53),
    count: bytes.readInt32BE(57),
    bytes,
  };
}

/** Values of an uncompressed record batch whose lengths are below 2^28. */
export function valuesOf(batch: Buffer): string[] {
  const values: string[] = [];
  let at = RECORDS_HEADER_BYTES;
  const varint = (): number => {
    let zigZag = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = batch[at++]!;
      zigZag |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (zigZag >>> 1) ^ -(zigZag & 1);
    }
  };
  for (let left = batch.readInt32BE(57); left > 0; left--) {
    varint();
    at++;
    varint();
    varint();
    const keyLength = varint();
    at += Math.max(0, keyLength);
    const length = varint();
    values.push(batch.toString('utf8', at, at + Math.max(0, length)));
    at += Math.max(0, length) + 1;
  }
  return values;
}
