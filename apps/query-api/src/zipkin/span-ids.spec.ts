import { foldUuid, SpanIds } from './span-ids.ts';

describe('SpanIds', () => {
  it('gives ids of 64 bits as they came', () => {
    expect(foldUuid('00f067aa-0ba9-02b7-0000-000000000000')).toBe('00f067aa0ba902b7');
  });

  it('folds other ids: high half xor low half', () => {
    expect(foldUuid('00f067aa-0ba9-02b7-0000-00000000000f')).toBe('00f067aa0ba902b8');
    expect(foldUuid('01234567-89ab-cdef-fedc-ba9876543210')).toBe('f'.repeat(16));
  });

  it('never gives the id of no span', () => {
    expect(foldUuid('00000000-0000-0000-0000-000000000000')).toBe('0000000000000001');
    expect(foldUuid('01234567-89ab-cdef-0123-456789abcdef')).toBe('0000000000000001');
  });

  it('keeps spans of one trace apart, and gives a span the same id again', () => {
    const ids = new SpanIds();
    const [one, other] = ['00000000-0000-0001-0000-000000000002', '00000000-0000-0002-0000-000000000001'];
    expect(foldUuid(one)).toBe(foldUuid(other));
    expect([ids.of(one), ids.of(other), ids.of(one)]).toEqual(['0000000000000003', '0000000000000004', '0000000000000003']);
  });

  it('never gives the id of no span where the next id would be zero', () => {
    const ids = new SpanIds();
    expect([ids.of(`${'f'.repeat(8)}-ffff-ffff-0000-000000000000`), ids.of('00000000-0000-0000-ffff-ffffffffffff')]).toEqual([
      'f'.repeat(16),
      '0000000000000001',
    ]);
  });

  it('gives many ids that fold alike each its own, in a time that grows with their number only', () => {
    const ids = new SpanIds();
    const half = (i: number) => (i + 1).toString(16).padStart(4, '0');
    const given = Array.from({ length: 50_000 }, (_, i) => ids.of(`00000000-0000-${half(i)}-0000-00000000${half(i)}`));
    expect(new Set(given).size).toBe(50_000);
  }, 10_000);
});
