import { SpanAggregate, spanAggregateCodec } from './span-aggregate.ts';

describe('the part of an aggregate of spans', () => {
  it('travels with its late spans, its sketch or its replicas', () => {
    const spans = new SpanAggregate();
    spans.addSpan(1500, true);
    spans.addLate(0);
    spans.addSpan(2500.5, false);
    spans.addLate(0);
    spans.addLate(1);
    const replicas = new SpanAggregate();
    replicas.addReplicaSpan('a', 100, false);
    replicas.addReplicaSpan('b', 100, true);
    const path = new SpanAggregate();
    path.addSelfTime(7.5);
    for (const aggregate of [spans, replicas, path]) {
      const bytes = spanAggregateCodec.encode(aggregate);
      const framed = Buffer.concat([Buffer.from('xx'), bytes, Buffer.from('yy')]);
      expect(spanAggregateCodec.decode(framed, 2, 2 + bytes.length)).toEqual(aggregate);
    }
  });

  it('adds up, whoever has late spans', () => {
    const [one, other, whole] = [new SpanAggregate(), new SpanAggregate(), new SpanAggregate()];
    one.addSpan(10, false);
    other.addSpan(20, true);
    other.addLate(1);
    for (const part of [one, other, other]) whole.merge(part);
    expect(whole).toMatchObject({ count: 3, errors: 2, sumUs: 50, late: [0, 2] });
  });

  it('that is broken is told as such', () => {
    const aggregate = new SpanAggregate();
    aggregate.addLate(2);
    const bytes = spanAggregateCodec.encode(aggregate);
    for (const length of [0, 10, 30, bytes.length - 1]) {
      expect(() => spanAggregateCodec.decode(bytes, 0, length)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
  });
});
