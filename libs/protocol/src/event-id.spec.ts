import { eventId, eventIdBase64 } from './event-id.ts';
import { encodeEvent } from './writer.ts';

const UUID = '11203800-63fd-11e8-83e2-3a587d902000';

describe('event id', () => {
  it('is the timestamp and the uuid', () => {
    expect(eventId(1n, UUID).toString('hex')).toBe('00000000000000011120380063fd11e883e23a587d902000');
  });

  it('stands in the event, and has 32 characters as text', () => {
    const event = encodeEvent({ version: 1, timestamp: 2n ** 63n - 1n, uuid: UUID, payload: new Map() });
    const text = eventIdBase64(Buffer.concat([Buffer.alloc(7), event]), 7);
    expect(text).toBe(eventId(2n ** 63n - 1n, UUID).toString('base64'));
    expect(text).toHaveLength(32);
  });

  it('refuses what is none', () => {
    expect(() => eventIdBase64(Buffer.alloc(24), 0)).toThrow(expect.objectContaining({ kind: 'truncated' }));
    expect(() => eventId(2n ** 63n, UUID)).toThrow(expect.objectContaining({ kind: 'bad-value' }));
    expect(() => eventId(1n, 'x')).toThrow(expect.objectContaining({ kind: 'bad-value' }));
  });
});
