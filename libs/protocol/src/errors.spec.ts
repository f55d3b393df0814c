import { ERROR_CODES, HerculesError, ProtocolError } from './errors.ts';

describe('HerculesError', () => {
  it('has the statuses of its code', () => {
    const cause = new Error('broken pipe');
    const error = new HerculesError('KAFKA_UNAVAILABLE', 'no answer', { cause, details: { broker: 1 } });
    expect(error).toMatchObject({ name: 'HerculesError', httpStatus: 503, grpcCode: 14, retryable: true, cause, details: { broker: 1 } });
    expect(new HerculesError('TIMEOUT', '', { retryable: false }).retryable).toBe(false);
    expect('cause' in new HerculesError('INTERNAL', '')).toBe(false);
  });

  it.each(Object.entries(ERROR_CODES))('%s has statuses that exist', (_code, { http, grpc }) => {
    expect(http).toBeGreaterThanOrEqual(400);
    expect(http).toBeLessThan(600);
    expect(grpc).toBeGreaterThan(0);
    expect(grpc).toBeLessThanOrEqual(16);
  });
});

describe('ProtocolError', () => {
  it('is about an event or about the batch around it', () => {
    expect(new ProtocolError('truncated', 'x', 0, 5)).toMatchObject({ code: 'INVALID_EVENT', httpStatus: 400, retryable: false });
    expect(new ProtocolError('negative-count', 'x', -1, 0)).toMatchObject({
      code: 'MALFORMED_BATCH',
      details: { kind: 'negative-count', eventIndex: -1, byteOffset: 0 },
    });
  });
});
