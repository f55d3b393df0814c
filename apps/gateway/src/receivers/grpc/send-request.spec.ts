import { HerculesError } from '@hercules/protocol';
import { protoType } from './gateway-proto.fixture.ts';
import { SendRequestReader } from './send-request.ts';

const SendRequest = protoType('SendRequest');
const SendStreamRequest = protoType('SendStreamRequest');

function encode(type: typeof SendRequest, fields: object): Buffer {
  return Buffer.from(type.encode(type.fromObject(fields)).finish());
}

function readError(action: () => void): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(HerculesError);
    return (error as HerculesError).code;
  }
  return 'none';
}

describe('SendRequestReader', () => {
  it('finds the batch in a request', () => {
    const reader = new SendRequestReader();
    const batch = Buffer.from('0123456789');
    const message = encode(SendRequest, { stream: 'logs_shop', batch });
    reader.read(message, 0, message.length);
    expect(reader).toMatchObject({ stream: 'logs_shop', payload: 'batch', isAsync: false });
    expect(message.subarray(reader.payloadStart, reader.payloadEnd)).toEqual(batch);
  });

  it('reads within a larger buffer', () => {
    const reader = new SendRequestReader();
    const message = encode(SendRequest, { stream: 'a', batch: Buffer.from('xyz'), async: true });
    const buffer = Buffer.concat([Buffer.from('....'), message, Buffer.from('....')]);
    reader.read(buffer, 4, 4 + message.length);
    expect(reader).toMatchObject({ stream: 'a', payload: 'batch', isAsync: true });
    expect(buffer.toString('latin1', reader.payloadStart, reader.payloadEnd)).toBe('xyz');
  });

  it('tells typed events and no payload apart', () => {
    const reader = new SendRequestReader();
    const typed = encode(SendRequest, { stream: 'a', events: { events: [{ timestamp: 1 }] } });
    reader.read(typed, 0, typed.length);
    expect(reader.payload).toBe('events');
    const none = encode(SendRequest, { stream: 'a' });
    reader.read(none, 0, none.length);
    expect(reader.payload).toBe('none');
  });

  it('does not confuse names that follow each other', () => {
    const reader = new SendRequestReader();
    for (const stream of ['logs_a', 'logs_b', 'logs_b', 'логи', 'логи', '', 'logs_b']) {
      const message = encode(SendRequest, { stream, batch: Buffer.alloc(4) });
      reader.read(message, 0, message.length);
      expect(reader.stream).toBe(stream);
    }
  });

  it('skips fields that it does not know', () => {
    const reader = new SendRequestReader();
    const unknown = Buffer.from([0x78, 0x05, 0x7a, 0x02, 0x61, 0x62, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8]);
    const message = Buffer.concat([unknown, encode(SendRequest, { stream: 'a', batch: Buffer.from('xyz') }), unknown]);
    reader.read(message, 0, message.length);
    expect(reader).toMatchObject({ stream: 'a', payload: 'batch' });
  });

  it.each([
    ['0', 0, 0],
    ['1', 1, 0],
    ['300', 300, 0],
    ['4294967296', 0, 1],
    ['9007199254740993', 1, 0x20_0000],
    ['18446744073709551615', 0xffff_ffff, 0xffff_ffff],
  ])('reads the sequence number %s', (sequence, low, high) => {
    const reader = new SendRequestReader();
    const message = encode(SendStreamRequest, { sequence, request: { stream: 'a', batch: Buffer.from('xyz') } });
    reader.readStreamed(message, 0, message.length);
    expect(reader).toMatchObject({ sequenceLow: low, sequenceHigh: high, stream: 'a', payload: 'batch' });
    expect(message.toString('latin1', reader.payloadStart, reader.payloadEnd)).toBe('xyz');
    if (sequence !== '0') expect(reader.readLeadingSequence(message.subarray(0, 12))).toBe(true);
    expect(reader).toMatchObject({ sequenceLow: low, sequenceHigh: high });
  });

  it('refuses a streamed request without a request, with its number known', () => {
    const reader = new SendRequestReader();
    const message = encode(SendStreamRequest, { sequence: 7 });
    expect(readError(() => reader.readStreamed(message, 0, message.length))).toBe('INVALID_ARGUMENT');
    expect(reader.sequenceLow).toBe(7);
  });

  it.each([
    ['a length beyond the end', [0x0a, 0x05, 0x61]],
    ['a varint without an end', [0x20, 0xff]],
    ['a varint that is too long', [0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a group', [0x0b]],
    ['field number 0', [0x02, 0x00]],
    ['a huge length', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('refuses %s', (_what, bytes) => {
    const reader = new SendRequestReader();
    expect(readError(() => reader.read(Buffer.from(bytes), 0, bytes.length))).toBe('INVALID_ARGUMENT');
    expect(reader.readLeadingSequence(Buffer.from(bytes))).toBe(false);
  });

  it('throws nothing but its own error on random bytes', () => {
    const reader = new SendRequestReader();
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(Array.from({ length: round % 40 }, () => Math.floor(Math.random() * 256)));
      expect(['none', 'INVALID_ARGUMENT']).toContain(readError(() => reader.readStreamed(bytes, 0, bytes.length)));
    }
  });
});
