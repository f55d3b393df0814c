import { BatchChecker, HerculesError, readBatch, TICKS_PER_MS, uuidToBytes, type Container, type Value } from '@hercules/protocol';
import { protoType } from './gateway-proto.fixture.ts';
import { TypedEventEncoder } from './typed-event-encoder.ts';

const EventBatch = protoType('EventBatch');
const UUID = '11203800-63fd-11e8-83e2-3a587d902000';

function encoder(maxDepth = 64, maxBatchBytes = 1_000_000): TypedEventEncoder {
  return new TypedEventEncoder({ maxDepth, maxBatchBytes });
}

function typed(events: object[]): Buffer {
  return Buffer.from(EventBatch.encode(EventBatch.fromObject({ events })).finish());
}

function encode(events: object[], by = encoder()): Buffer {
  const input = typed(events);
  return by.encode(input, 0, input.length);
}

function payloadOf(tags: object[]): Container {
  const batch = encode([{ timestamp: 1, uuid: uuidToBytes(UUID), payload: { tags } }]);
  expect(new BatchChecker().check(batch)).toBe(1);
  return readBatch(batch)[0]!.payload;
}

function refusal(events: object[], by = encoder()): string {
  try {
    encode(events, by);
  } catch (error) {
    expect(error).toBeInstanceOf(HerculesError);
    return `${(error as HerculesError).code} ${(error as HerculesError).message}`;
  }
  return 'none';
}

const tagOf = (value: object): object => ({ key: 'k', value });
const inPayload = (value: object): object[] => [{ timestamp: 1, payload: { tags: [tagOf({ flag: true }), tagOf(value)] } }];

describe('TypedEventEncoder', () => {
  it('encodes an empty batch', () => {
    expect(encode([])).toEqual(Buffer.alloc(4));
  });

  it('encodes header fields', () => {
    const events = readBatch(encode([{ timestamp: '15276799200000000', uuid: uuidToBytes(UUID), payload: {} }]));
    expect(events).toEqual([{ version: 1, timestamp: 15276799200000000n, uuid: UUID, payload: new Map() }]);
  });

  it('makes what is left out', () => {
    const before = BigInt(Date.now()) * BigInt(TICKS_PER_MS);
    const [first, second] = readBatch(encode([{}, {}]));
    expect(first!.timestamp).toBeGreaterThanOrEqual(before);
    expect(second!.timestamp).toBeGreaterThan(first!.timestamp);
    expect(second!.uuid).not.toBe(first!.uuid);
    expect(first!.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab]/);
  });

  it.each<[object, Value]>([
    [{ byte: 0 }, { type: 'byte', value: 0 }],
    [{ byte: 255 }, { type: 'byte', value: 255 }],
    [{ short: -32768 }, { type: 'short', value: -32768 }],
    [{ short: 32767 }, { type: 'short', value: 32767 }],
    [{ integer: -2147483648 }, { type: 'integer', value: -2147483648 }],
    [{ integer: 2147483647 }, { type: 'integer', value: 2147483647 }],
    [{ long: '-9223372036854775808' }, { type: 'long', value: -9223372036854775808n }],
    [{ long: '9223372036854775807' }, { type: 'long', value: 9223372036854775807n }],
    [{ long: -1 }, { type: 'long', value: -1n }],
    [{ flag: true }, { type: 'flag', value: true }],
    [{ flag: false }, { type: 'flag', value: false }],
    [{ float: 1.5 }, { type: 'float', value: 1.5 }],
    [{ double: -2.25e10 }, { type: 'double', value: -2.25e10 }],
    [{ string: '' }, { type: 'string', value: '' }],
    [{ string: 'Grüße' }, { type: 'string', value: 'Grüße' }],
    [{ uuid: uuidToBytes(UUID) }, { type: 'uuid', value: UUID }],
    [{ null: {} }, { type: 'null', value: null }],
    [{ container: {} }, { type: 'container', value: new Map() }],
    [
      { container: { tags: [{ key: 'a', value: { integer: 7 } }] } },
      { type: 'container', value: new Map([['a', { type: 'integer', value: 7 }]]) },
    ],
    [{ vector: { element_type: 9 } }, { type: 'vector', value: { elementType: 'string', elements: [] } }],
    [
      { vector: { element_type: 5, elements: [{ long: 1 }, { long: -1 }] } },
      { type: 'vector', value: { elementType: 'long', elements: [1n, -1n] } },
    ],
    [{ vector: { element_type: 11, elements: [{ null: {} }] } }, { type: 'vector', value: { elementType: 'null', elements: [null] } }],
    [
      { vector: { element_type: 2, bytes: Buffer.from([1, 200]) } },
      { type: 'vector', value: { elementType: 'byte', elements: Buffer.from([1, 200]) } },
    ],
    [
      { vector: { element_type: 2, elements: [{ byte: 1 }, { byte: 200 }] } },
      { type: 'vector', value: { elementType: 'byte', elements: Buffer.from([1, 200]) } },
    ],
    [
      { vector: { element_type: 1, elements: [{ container: {} }, { container: { tags: [{ key: 'b', value: { string: 'x' } }] } }] } },
      { type: 'vector', value: { elementType: 'container', elements: [new Map(), new Map([['b', { type: 'string', value: 'x' }]])] } },
    ],
    [
      {
        vector: {
          element_type: 128,
          elements: [{ vector: { element_type: 2, bytes: Buffer.from([1]) } }, { vector: { element_type: 9 } }],
        },
      },
      {
        type: 'vector',
        value: {
          elementType: 'vector',
          elements: [
            { elementType: 'byte', elements: Buffer.from([1]) },
            { elementType: 'string', elements: [] },
          ],
        },
      },
    ],
  ])('encodes %j', (value, expected) => {
    expect(payloadOf([{ key: 'key', value }])).toEqual(new Map([['key', expected]]));
  });

  it.each<[object[], string]>([
    [[{ timestamp: -1 }], 'events[0].timestamp: expected ticks of 0 or more'],
    [[{}, { uuid: Buffer.alloc(15) }], 'events[1].uuid: expected 16 bytes or none, but it has 15'],
    [inPayload({ byte: 256 }), 'events[0].payload.tags[1].value.byte: expected 0 to 255'],
    [inPayload({ short: 32768 }), 'events[0].payload.tags[1].value.short: expected -32768 to 32767, but it is 32768'],
    [inPayload({ uuid: Buffer.alloc(17) }), 'events[0].payload.tags[1].value.uuid: expected 16 bytes, but it has 17'],
    [inPayload({}), 'events[0].payload.tags[1].value: expected a value of a known type, but there is none'],
    [[{ payload: { tags: [{ key: 'k' }] } }], 'events[0].payload.tags[0].value: expected a value, but there is none'],
    [
      [{ payload: { tags: [{ key: 'ä'.repeat(128), value: { flag: true } }] } }],
      'events[0].payload.tags[0].value: expected a key of at most 255 bytes, but it has 256',
    ],
    [inPayload({ vector: { element_type: 0 } }), 'events[0].payload.tags[1].value.vector.element_type: 0 is no type code'],
    [
      inPayload({ vector: { element_type: 9, bytes: Buffer.from([1]) } }),
      'events[0].payload.tags[1].value.vector.bytes: bytes are for vectors of Byte, instead of elements',
    ],
    [
      inPayload({ vector: { element_type: 9, elements: [{ string: '' }, { integer: 1 }] } }),
      'events[0].payload.tags[1].value.vector.elements[1]: expected an element of type string, but it is integer',
    ],
    [
      inPayload({ container: { tags: [tagOf({ container: { tags: [tagOf({ short: 40000 })] } })] } }),
      'events[0].payload.tags[1].value.container.tags[0].value.container.tags[0].value.short: expected -32768 to 32767, but it is 40000',
    ],
    [
      inPayload({ vector: { element_type: 1, elements: [{ container: { tags: [tagOf({ byte: 300 })] } }] } }),
      'events[0].payload.tags[1].value.vector.elements[0].container.tags[0].value.byte: expected 0 to 255',
    ],
  ])('refuses %j', (events, message) => {
    expect(refusal(events)).toBe(`INVALID_ARGUMENT ${message}`);
  });

  it('bounds the nesting', () => {
    let value: object = { flag: true };
    for (let level = 0; level < 5; level++) value = { container: { tags: [tagOf(value)] } };
    const events = [{ payload: { tags: [tagOf(value)] } }];
    expect(refusal(events, encoder(6))).toBe('none');
    expect(refusal(events, encoder(5))).toMatch(/^INVALID_ARGUMENT events\[0\]\.payload.*nested 5 deep$/);
  });

  it('bounds the size that little input may grow to', () => {
    const events = Array.from({ length: 1000 }, () => ({}));
    expect(typed(events)).toHaveLength(2000);
    expect(encode(events, encoder(64, 27_004))).toHaveLength(27_004);
    expect(refusal(events, encoder(64, 27_003))).toMatch(/^PAYLOAD_TOO_LARGE/);
  });

  it('gives every batch a buffer of its own', () => {
    const by = encoder();
    const first = encode([{ timestamp: 1, uuid: uuidToBytes(UUID) }], by);
    const copy = Buffer.from(first);
    encode([{ timestamp: 2 }, { timestamp: 3 }], by);
    expect(first).toEqual(copy);
  });

  it('throws nothing but its own error on mutated bytes, and what it accepts is a good batch', () => {
    const by = encoder();
    const checker = new BatchChecker();
    const good = typed(
      inPayload({ vector: { element_type: 1, elements: [{ container: { tags: [tagOf({ long: 5 }), tagOf({ string: 'abc' })] } }] } }),
    );
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.from(good);
      for (let change = 0; change <= round % 3; change++) bytes[Math.floor(Math.random() * bytes.length)] = Math.floor(Math.random() * 256);
      try {
        expect(checker.check(by.encode(bytes, 0, bytes.length))).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect((error as HerculesError).code).toMatch(/^(INVALID_ARGUMENT|PAYLOAD_TOO_LARGE)$/);
      }
    }
  });
});
