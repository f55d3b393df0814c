import { HerculesError } from '@hercules/protocol';
import { encodeGrpcMessage, hasRetryInfo, statusDetails } from './grpc-status.ts';

describe('encodeGrpcMessage', () => {
  it.each([
    ['plain text ~!', 'plain text ~!'],
    ['50%', '50%25'],
    ['für', 'f%C3%BCr'],
    ['a\nb', 'a%0Ab'],
  ])('encodes %j', (text, encoded) => {
    expect(encodeGrpcMessage(text)).toBe(encoded);
    expect(decodeURIComponent(encoded)).toBe(text);
  });
});

describe('statusDetails', () => {
  it('is a google.rpc.Status with a RetryInfo', () => {
    const bytes = Buffer.from(statusDetails(8, 'later', 1500), 'base64');
    const type = Buffer.from('type.googleapis.com/google.rpc.RetryInfo');
    const duration = Buffer.from([0x08, 0x01, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]);
    const retryInfo = Buffer.concat([Buffer.from([0x0a, duration.length]), duration]);
    const any = Buffer.concat([Buffer.from([0x0a, type.length]), type, Buffer.from([0x12, retryInfo.length]), retryInfo]);
    const expected = Buffer.concat([Buffer.from([0x08, 8, 0x12, 5]), Buffer.from('later'), Buffer.from([0x1a, any.length]), any]);
    expect(bytes.toString('hex')).toBe(expected.toString('hex'));
  });
});

describe('hasRetryInfo', () => {
  it.each([
    ['THROTTLED', true],
    ['KAFKA_UNAVAILABLE', true],
    ['SHUTTING_DOWN', true],
    ['PAYLOAD_TOO_LARGE', false],
    ['INVALID_ARGUMENT', false],
    ['TIMEOUT', false],
  ] as const)('of %s is %s', (code, expected) => {
    expect(hasRetryInfo(new HerculesError(code, ''))).toBe(expected);
  });
});
