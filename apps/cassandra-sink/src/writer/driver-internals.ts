// The only file that goes past the public interface of cassandra-driver, which is pinned for it. The driver makes objects of every value and
// some buffers of each object; here a batch is bytes that are written once. Connections, hosts and prepared statements stay the driver's.
import type { Client } from 'cassandra-driver';
import executionOptions from 'cassandra-driver/lib/execution-options.js';
import PrepareHandler from 'cassandra-driver/lib/prepare-handler.js';
import RequestHandler, { type DriverRequest } from 'cassandra-driver/lib/request-handler.js';

const { DefaultExecutionOptions } = executionOptions;

const HEADER_BYTES = 9;
const OPCODE_BATCH = 0x0d;
const UNLOGGED = 1;
const BODY_PREFIX_BYTES = 3;
const BODY_SUFFIX_BYTES = 3;
const NO_QUERIES: readonly string[] = [];

/** Prepares a statement on the cluster; later batches name it by this id. A node that does not know it gets it prepared by the driver. */
export async function prepareStatement(client: Client, query: string): Promise<Buffer> {
  await client.connect();
  const options = DefaultExecutionOptions.create({ prepare: true }, client);
  const { queryId } = await PrepareHandler.getPrepared(client, options.getLoadBalancingPolicy(), query, undefined);
  return queryId;
}

/**
 * Sends an UNLOGGED batch whose statements stand in `bytes` between the positions `ranges[0]` and `ranges[1]`, `ranges[2]` and `ranges[3]`, …
 * as the native protocol v4 has them (section 4.1.7: kind, id, values).
 * @param routingKey of the partition that all rows belong to: a node that has it is asked
 * @throws the driver's errors
 */
export async function sendUnloggedBatch(client: Client, bytes: Buffer, ranges: readonly number[], routingKey: Buffer): Promise<void> {
  const options = DefaultExecutionOptions.create({ routingKey, isIdempotent: true }, client);
  await RequestHandler.send(new EncodedBatch(bytes, ranges, options.getConsistency()), options, client);
}

class EncodedBatch implements DriverRequest {
  length = 0;
  readonly queries = NO_QUERIES;
  readonly #bytes: Buffer;
  readonly #ranges: readonly number[];
  readonly #consistency: number;

  constructor(bytes: Buffer, ranges: readonly number[], consistency: number) {
    this.#bytes = bytes;
    this.#ranges = ranges;
    this.#consistency = consistency;
  }

  /** header: version, flags, i16 stream, opcode, i32 length; body: type, i16 count, statements, i16 consistency, flags. */
  write(encoder: { readonly protocolVersion: number }, streamId: number): Buffer {
    const ranges = this.#ranges;
    let statementBytes = 0;
    for (let i = 0; i < ranges.length; i += 2) statementBytes += ranges[i + 1]! - ranges[i]!;
    this.length = BODY_PREFIX_BYTES + statementBytes + BODY_SUFFIX_BYTES;
    const frame = Buffer.allocUnsafe(HEADER_BYTES + this.length);
    frame[0] = encoder.protocolVersion;
    frame[1] = 0;
    frame.writeInt16BE(streamId, 2);
    frame[4] = OPCODE_BATCH;
    frame.writeInt32BE(this.length, 5);
    frame[9] = UNLOGGED;
    frame.writeUInt16BE(ranges.length / 2, 10);
    let at = HEADER_BYTES + BODY_PREFIX_BYTES;
    for (let i = 0; i < ranges.length; i += 2) at += this.#bytes.copy(frame, at, ranges[i]!, ranges[i + 1]!);
    frame.writeUInt16BE(this.#consistency, at);
    frame[at + 2] = 0;
    return frame;
  }

  clone(): EncodedBatch {
    return new EncodedBatch(this.#bytes, this.#ranges, this.#consistency);
  }
}
