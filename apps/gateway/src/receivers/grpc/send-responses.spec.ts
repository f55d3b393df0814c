import { protoType } from './gateway-proto.fixture.ts';
import { SendResponses } from './send-responses.ts';

const SendResponse = protoType('SendResponse');
const SendStreamResponse = protoType('SendStreamResponse');

/** The messages in framed bytes, decoded. */
function decode(type: typeof SendResponse, framed: Buffer): object[] {
  const messages: object[] = [];
  for (let at = 0; at < framed.length;) {
    expect(framed[at]).toBe(0);
    const length = framed.readUInt32BE(at + 1);
    const message = type.decode(framed.subarray(at + 5, at + 5 + length));
    messages.push(type.toObject(message, { longs: String, defaults: true }));
    at += 5 + length;
  }
  return messages;
}

describe('SendResponses', () => {
  it('writes answers of Send', () => {
    const responses = new SendResponses();
    responses.addResponse(100, 0);
    expect(decode(SendResponse, responses.take())).toEqual([{ accepted: 100, filtered: 0 }]);
    responses.addResponse(4_000_000_000, 300);
    expect(decode(SendResponse, responses.take())).toEqual([{ accepted: 4_000_000_000, filtered: 300 }]);
    responses.addResponse(0, 0);
    expect(decode(SendResponse, responses.take())).toEqual([{ accepted: 0, filtered: 0 }]);
  });

  it.each([
    [0, 0, '0'],
    [1, 0, '1'],
    [127, 0, '127'],
    [128, 0, '128'],
    [0xffff_ffff, 0, '4294967295'],
    [0, 1, '4294967296'],
    [1, 0x20_0000, '9007199254740993'],
    [0xffff_ffff, 0xffff_ffff, '18446744073709551615'],
  ])('writes the sequence number of %d + 2^32 · %d', (low, high, sequence) => {
    const responses = new SendResponses();
    responses.addAcknowledgement(low, high, 1, 2);
    expect(decode(SendStreamResponse, responses.take())).toEqual([
      expect.objectContaining({ sequence, code: 0, response: { accepted: 1, filtered: 2 } }),
    ]);
  });

  it('writes refusals', () => {
    const responses = new SendResponses();
    responses.addRefusal(5, 0, 8, 'zu viel – später', 1000);
    expect(decode(SendStreamResponse, responses.take())).toEqual([
      expect.objectContaining({ sequence: '5', code: 8, message: 'zu viel – später', retry_after_ms: 1000 }),
    ]);
  });

  it('keeps many messages apart', () => {
    const responses = new SendResponses();
    expect(responses.isEmpty).toBe(true);
    for (let i = 0; i < 5000; i++) {
      if (i % 7 === 0) responses.addRefusal(i, 0, 3, 'x'.repeat(i % 1000), 0);
      else responses.addAcknowledgement(i, 0, i, 0);
    }
    const messages = decode(SendStreamResponse, responses.take()) as { sequence: string }[];
    expect(messages.map((message) => Number(message.sequence))).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    expect(responses.isEmpty).toBe(true);
  });

  it('does not touch bytes that were taken', () => {
    const responses = new SendResponses();
    responses.addAcknowledgement(1, 0, 1, 0);
    const first = responses.take();
    const copy = Buffer.from(first);
    for (let i = 0; i < 200; i++) {
      responses.addAcknowledgement(i, 0, i, 0);
      responses.take();
    }
    expect(first).toEqual(copy);
  });
});
