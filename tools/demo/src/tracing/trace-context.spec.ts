import { formatTraceparent, newSpanId, newTraceId, parseTraceparent, spanUuid, traceUuid } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('traceparent', () => {
  it('is read as it is written', () => {
    const context = { traceId: newTraceId(), spanId: newSpanId(), isSampled: true };
    expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
    expect(formatTraceparent({ traceId: TRACE, spanId: SPAN, isSampled: false })).toBe(`00-${TRACE}-${SPAN}-00`);
  });

  it('takes the sampled bit only from the flags', () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-02`)?.isSampled).toBe(false);
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)?.isSampled).toBe(true);
  });

  it('may be of a later version, with more behind the flags', () => {
    expect(parseTraceparent(`01-${TRACE}-${SPAN}-01-more`)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled: true });
  });

  it.each([
    undefined,
    '',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${SPAN}`,
  ])('is nothing when it is %s', (header) => expect(parseTraceparent(header)).toBeUndefined());
});

it('ids become uuids as in the OpenTelemetry mapping', () => {
  expect(traceUuid(TRACE)).toBe('4bf92f35-77b3-4da6-a3ce-929d0e0e4736');
  expect(spanUuid(SPAN)).toBe('00f067aa-0ba9-02b7-0000-000000000000');
});
