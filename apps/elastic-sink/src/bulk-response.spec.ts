import { readBulkResponse } from './bulk-response.ts';

const POLICY = { retryOnUnknownErrors: false, redefinedExceptions: [] as string[], createIndexes: false };
const created = { index: { status: 201 } };
const replaced = { index: { status: 200 } };
const failed = (status: number, type: string): Record<string, { status: number; error: unknown }> => ({
  index: { status, error: { type, reason: 'why' } },
});

describe('readBulkResponse', () => {
  it('counts and names what was there already', () => {
    expect(readBulkResponse({ errors: false, items: [created, replaced, replaced] }, 3, POLICY)).toEqual({
      failures: [],
      duplicated: 2,
      duplicatedItems: [1, 2],
      overloaded: false,
    });
  });

  it('gives each failed item its own outcome', () => {
    const items = [
      created,
      failed(400, 'mapper_parsing_exception'),
      failed(429, 'es_rejected_execution_exception'),
      failed(400, 'document_parsing_exception'),
      failed(503, 'unavailable_shards_exception'),
      failed(403, 'security_exception'),
      { index: { status: 500, error: 'text only' } },
    ];
    const report = readBulkResponse({ errors: true, items }, items.length, POLICY);
    expect(report.overloaded).toBe(true);
    expect(report.failures.map(({ item, outcome, reason }) => [item, outcome, reason])).toEqual([
      [1, 'dead', 'mapper_parsing_exception'],
      [2, 'retry', 'es_rejected_execution_exception'],
      [3, 'dead', 'document_parsing_exception'],
      [4, 'retry', 'unavailable_shards_exception'],
      [5, 'retry', 'security_exception'],
      [6, 'dead', 'unknown_error'],
    ]);
  });

  it('follows the policy: unknown types, redefined types, missing indexes', () => {
    const outcome = (type: string, policy: Partial<typeof POLICY>): string =>
      readBulkResponse({ errors: true, items: [failed(404, type)] }, 1, { ...POLICY, ...policy }).failures[0]!.outcome;
    expect(outcome('never_heard_of_exception', {})).toBe('dead');
    expect(outcome('never_heard_of_exception', { retryOnUnknownErrors: true })).toBe('retry');
    expect(outcome('mapper_parsing_exception', { retryOnUnknownErrors: true })).toBe('dead');
    expect(outcome('document_parsing_exception', { retryOnUnknownErrors: true })).toBe('dead');
    expect(outcome('timeout_exception', { redefinedExceptions: ['timeout_exception'] })).toBe('dead');
    expect(outcome('index_not_found_exception', {})).toBe('dead');
    expect(outcome('index_not_found_exception', { createIndexes: true })).toBe('retry');
  });

  it('does not guess when the answer does not fit the request', () => {
    expect(() => readBulkResponse({ errors: false, items: [created] }, 2, POLICY)).toThrow(
      'expected 2 items in the answer to _bulk, got 1',
    );
  });
});
