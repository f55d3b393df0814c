import { EventWriter, msToTicks, uuidFromBytes } from '@hercules/protocol';
import { traceAnalyticsConfigSchema } from './config.ts';
import { SpanAggregate } from './span-aggregate.ts';
import { SpanAssigner } from './span-assigner.ts';

const NOW = 1_800_000_000_000;
const idOf = (byte: number): string => uuidFromBytes(Buffer.alloc(16, 0).fill(byte, 15));

function spanEvent(traceId: string, spanId: string, parentId: string | undefined, application: string): Buffer {
  const writer = new EventWriter();
  writer.beginEvent(msToTicks(NOW), spanId);
  writer.uuid('traceId', traceId);
  writer.uuid('spanId', spanId);
  if (parentId !== undefined) writer.uuid('parentSpanId', parentId);
  writer.long('beginTimestampUtc', msToTicks(NOW - 5));
  writer.long('endTimestampUtc', msToTicks(NOW));
  writer.beginContainer('annotations');
  writer.string('application', application);
  writer.endContainer();
  writer.endEvent();
  return Buffer.from(writer.events());
}

/** What two spans, a parent and its child in another service, give together. */
function contributionsOf(traceId: string, parentId: string, parentOfParent?: string): string[] {
  const keys: string[] = [];
  const to = {
    aggregate(_timeMs: number, _periodMs: number, _latenessMs: number, key: string) {
      keys.push(key);
      return new SpanAggregate();
    },
  };
  const assigner = new SpanAssigner(
    { ...traceAnalyticsConfigSchema.parse({}), latenessMs: 60_000 },
    { overflowed: new Map(), traces: { early: 0 } },
  );
  const spans = [spanEvent(traceId, parentId, parentOfParent, 'front'), spanEvent(traceId, idOf(9), parentId, 'cart')];
  for (const [offset, event] of spans.entries()) {
    assigner.read(event, 0, event.length);
    assigner.accepted(event, 0, offset, to);
  }
  assigner.contribute(NOW + 60_000, to);
  return keys;
}

describe('SpanAssigner', () => {
  it('finds what spans of a trace give together', () => {
    expect(contributionsOf(idOf(1), idOf(2))).toEqual(['c\0front\0cart', 'p\0cart\0', 'p\0front\0']);
  });

  it('takes a parent of nothing but zeros for none', () => {
    expect(contributionsOf(idOf(1), idOf(2), idOf(0))).toEqual(contributionsOf(idOf(1), idOf(2)));
  });

  it('puts no spans together whose trace is nothing but zeros, nor a span that is', () => {
    expect(contributionsOf(idOf(0), idOf(2))).toEqual([]);
    expect(contributionsOf(idOf(1), idOf(0))).not.toContain('c\0front\0cart');
  });
});
