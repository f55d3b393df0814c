import { checkContentEncoding, messageTypeOf } from './message-type.ts';

const UNSUPPORTED = expect.objectContaining({ code: 'UNSUPPORTED_ENCODING' }) as Error;

describe('messageTypeOf', () => {
  it.each([
    [undefined, 'v1'],
    ['', 'v1'],
    ['application/x-protobuf', 'v1'],
    ['Application/X-Protobuf ; charset=utf-8', 'v1'],
    ['application/x-protobuf;proto=prometheus.WriteRequest', 'v1'],
    ['application/x-protobuf; proto="prometheus.WriteRequest"', 'v1'],
    ['application/x-protobuf;proto=io.prometheus.write.v2.Request', 'v2'],
    ['application/x-protobuf; PROTO=io.prometheus.write.v2.Request', 'v2'],
  ])('%s is %s', (contentType, type) => {
    expect(messageTypeOf(contentType)).toBe(type);
  });

  it.each([
    'application/json',
    'application/x-protobuf;proto=io.prometheus.write.v3.Request',
    'application/x-protobuf;proto=',
    'x'.repeat(5000),
  ])('refuses %.60s', (contentType) => {
    expect(() => messageTypeOf(contentType)).toThrow(UNSUPPORTED);
  });
});

describe('checkContentEncoding', () => {
  it.each([undefined, '', 'snappy', ' Snappy '])('takes %s', (encoding) => {
    expect(() => checkContentEncoding(encoding)).not.toThrow();
  });

  it.each(['gzip', 'identity', 'zstd', 'snappy, snappy'])('refuses %s', (encoding) => {
    expect(() => checkContentEncoding(encoding)).toThrow(UNSUPPORTED);
  });
});
