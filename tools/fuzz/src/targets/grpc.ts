import { join } from 'node:path';
import { BufferPool } from '@hercules/gateway/buffer-pool.ts';
import { MessageReader } from '@hercules/gateway/receivers/grpc/message-reader.ts';
import { SendRequestReader } from '@hercules/gateway/receivers/grpc/send-request.ts';
import { TypedEventEncoder } from '@hercules/gateway/receivers/grpc/typed-event-encoder.ts';
import { projectRoot } from '@hercules/stack';
import protobuf from 'protobufjs';
import { checkDocuments, checkForeignBatch, LIMITS } from '../check-batch.ts';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';

const MAX_BATCH_BYTES = 8_388_608;
const MAX_MESSAGE_BYTES = 1_000_000;
const UUID = Buffer.from('1120380063fd11e883e23a587d902000', 'hex');

const VALUES: readonly object[] = [
  { byte: 255 },
  { short: -32_768 },
  { integer: 70_000 },
  { long: '-9007199254740993' },
  { flag: true },
  { float: 1.5 },
  { double: -0.1 },
  { string: 'Grüße 🎉' },
  { uuid: UUID },
  { null: {} },
  { container: { tags: [{ key: 'inner', value: { container: { tags: [{ key: 'x', value: { null: {} } }] } } }] } },
  { vector: { element_type: 2, bytes: Buffer.from([1, 2, 255]) } },
  { vector: { element_type: 9, elements: [{ string: 'a' }, { string: 'b' }] } },
  { vector: { element_type: 0x80, elements: [{ vector: { element_type: 4, elements: [{ integer: 1 }] } }] } },
];

type Encode = (fields: object) => Buffer;

function messageEncoder(name: string): Encode {
  const file = join(projectRoot(), 'libs/protocol/proto/hercules/v1/gateway.proto');
  const type = new protobuf.Root().loadSync(file, { keepCase: true }).lookupType(`hercules.v1.${name}`);
  return (fields) => Buffer.from(type.encode(type.fromObject(fields)).finish());
}

const event = (values: readonly object[]): object => ({
  timestamp: '17640000000000000',
  uuid: UUID,
  payload: { tags: values.map((value, i) => ({ key: `tag${i}`, value })) },
});

/** A length-delimited field of protobuf. */
function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(
      protobuf.Writer.create()
        .uint32(number * 8 + 2)
        .uint32(content.length)
        .finish(),
    ),
    content,
  ]);
}

/** An `EventBatch` with containers within containers: more than protobufjs would write. */
function nestedEvent(depth: number): Buffer {
  const key = field(1, Buffer.from('a'));
  let value = field(11, Buffer.alloc(0));
  for (let level = 0; level < depth; level++) value = field(1, field(1, Buffer.concat([key, field(2, value)])));
  return field(1, field(3, field(1, Buffer.concat([key, field(2, value)]))));
}

/** `EventBatch` of gateway.proto. */
export function typedEvents(): FuzzTarget {
  const encode = messageEncoder('EventBatch');
  const encoder = new TypedEventEncoder({ maxDepth: LIMITS.maxDepth, maxBatchBytes: MAX_BATCH_BYTES });
  return {
    seeds: [{ events: [event(VALUES)] }, { events: VALUES.map((value) => event([value])) }, { events: [{}] }].map(encode),
    hostile: [nestedEvent(60), nestedEvent(5000)],
    run(input) {
      const batch = encoder.encode(input, 0, input.length);
      if (batch.length > MAX_BATCH_BYTES) throw new Mistaken(`the batch has ${batch.length} bytes`);
      // An event that is too long is the checker's to find, in the next step of the gateway.
      checkForeignBatch(batch);
      checkDocuments(batch);
    },
  };
}

/** `SendRequest` and `SendStreamRequest`. */
export function sendRequest(): FuzzTarget {
  const request = { stream: 'logs_shop', batch: Buffer.from('0123456789') };
  const encode = messageEncoder('SendStreamRequest');
  const reader = new SendRequestReader();
  return {
    seeds: [
      { sequence: 7, request },
      { sequence: 2 ** 40, request: { stream: 'ü', events: { events: [event(VALUES)] }, async: true } },
    ].map(encode),
    run(input) {
      reader.readLeadingSequence(input.subarray(0, 32));
      reader.readStreamed(input, 0, input.length);
      const { payload, payloadStart, payloadEnd } = reader;
      if (payload !== 'none' && !(payloadStart >= 0 && payloadStart <= payloadEnd && payloadEnd <= input.length)) {
        throw new Mistaken(`the payload is at ${payloadStart} to ${payloadEnd} of ${input.length}`);
      }
    },
  };
}

/** gRPC's frames, in chunks as they might come. */
export function grpcFrames(): FuzzTarget {
  const frame = (message: Buffer): Buffer => {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    return Buffer.concat([prefix, message]);
  };
  const messages = [Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(5000, 7)];
  return {
    seeds: [frame(messages[1]!), Buffer.concat(messages.map(frame)), frame(messages[2]!)],
    run(input) {
      let bytes = 0;
      const owner = {
        onMessageStart: (length: number) => (length <= MAX_MESSAGE_BYTES ? ('read' as const) : ('skip' as const)),
        onMessage(buffer: Buffer, start: number, end: number) {
          if (!(start >= 0 && start <= end && end <= buffer.length))
            throw new Mistaken(`a message is at ${start} to ${end} of ${buffer.length}`);
          bytes += end - start;
        },
        onSkipped: (head: Buffer) => void (bytes += head.length),
      };
      const reader = new MessageReader(owner, { pause: () => undefined, resume: () => undefined }, new BufferPool(1_000_000));
      for (let at = 0, size = 1; at < input.length; at += size, size = (size * 7) % 1013)
        reader.push(Buffer.from(input.subarray(at, at + size)));
      if (bytes > input.length) throw new Mistaken(`${bytes} bytes of messages came out of ${input.length}`);
    },
  };
}
