import * as states from './states.ts';
import { caught } from './testing/caught.ts';
import { encodeEvent } from './writer.ts';

const EVENT = { version: 1, timestamp: 1n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload: new Map() };
const STREAM_STATE = [
  { partition: 0, offset: 2n },
  { partition: 7, offset: -1n },
];
const TIMELINE_STATE = [{ slice: 3, ttOffset: 1_527_679_920_000n, eventId: Buffer.alloc(24, 0xab) }];

describe('read states', () => {
  it('go to bytes and back', () => {
    expect(states.decodeStreamState(states.encodeStreamState(STREAM_STATE))).toEqual(STREAM_STATE);
    expect(states.decodeTimelineState(states.encodeTimelineState(TIMELINE_STATE))).toEqual(TIMELINE_STATE);
    const stream = { state: STREAM_STATE, events: [EVENT, EVENT] };
    expect(states.decodeStreamContent(states.encodeStreamContent(stream))).toEqual(stream);
    const timeline = { state: TIMELINE_STATE, events: [EVENT] };
    expect(states.decodeTimelineContent(states.encodeTimelineContent(timeline))).toEqual(timeline);
  });

  it('take events that are bytes as they are', () => {
    const asObjects = states.encodeStreamContent({ state: STREAM_STATE, events: [EVENT] });
    expect(states.encodeStreamContent({ state: STREAM_STATE, events: [encodeEvent(EVENT)] }).equals(asObjects)).toBe(true);
  });

  it('ignore bytes behind them', () => {
    expect(states.decodeStreamState(Buffer.from('00000000ff', 'hex'))).toEqual([]);
  });

  it.each([
    ['', 'truncated'],
    ['ffffffff', 'negative-count'],
    ['7fffffff', 'truncated'],
    ['00000001000000000000000000000000', undefined],
    ['000000010000000000000000000000', 'truncated'],
  ])('of the bytes %j', (hex, kind) => {
    const decode = (): unknown => states.decodeStreamState(Buffer.from(hex, 'hex'));
    if (kind === undefined) decode();
    else expect(caught(decode)).toMatchObject({ code: 'MALFORMED_BATCH', kind });
    expect(caught(() => states.decodeTimelineState(Buffer.from(hex, 'hex')))).toMatchObject({ kind: kind ?? 'truncated' });
  });

  it('refuse what their fields cannot hold', () => {
    expect(caught(() => states.encodeStreamState([{ partition: 2 ** 31, offset: 0n }]))).toMatchObject({ kind: 'bad-value' });
    const eventId = Buffer.alloc(23);
    expect(caught(() => states.encodeTimelineState([{ slice: 0, ttOffset: 0n, eventId }]))).toMatchObject({ kind: 'bad-value' });
  });
});
