import { produceError, produceOutcome } from './produce-errors.ts';

describe('produceOutcome', () => {
  it.each([0, 46])('counts code %i as written', (code) => expect(produceOutcome(code)).toBe('done'));
  it.each([2, 3, 5, 6, 7, 8, 9, 13, 19, 20, 56, 74, 75])('tries again after code %i', (code) => expect(produceOutcome(code)).toBe('retry'));
  it.each([45, 47, 59])('takes a new identity after code %i', (code) => expect(produceOutcome(code)).toBe('new-producer-id'));
  it.each([10, 17, 18, 29, 32, 35, 87])('gives up after code %i', (code) => expect(produceOutcome(code)).toBe('fail'));
});

describe('produceError', () => {
  it.each([
    [10, 'PAYLOAD_TOO_LARGE', false],
    [18, 'PAYLOAD_TOO_LARGE', false],
    [3, 'STREAM_NOT_FOUND', false],
    [19, 'KAFKA_UNAVAILABLE', true],
    [20, 'KAFKA_UNAVAILABLE', true],
    [7, 'KAFKA_UNAVAILABLE', true],
    [29, 'INTERNAL', false],
  ])('maps code %i to %s', (code, expected, retryable) => {
    const error = produceError(code, 'logs', 3);
    expect([error.code, error.retryable]).toEqual([expected, retryable]);
    expect(error.message).toContain('logs/3');
  });
});
