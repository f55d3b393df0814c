import { encodeEvent, tag, type Value } from '@hercules/protocol';
import { LogEventFilter } from './log-event-filter.ts';

function accepts(payload: Record<string, Value>): boolean {
  const bytes = encodeEvent({
    version: 1,
    timestamp: 1n,
    uuid: '11203800-63fd-11e8-83e2-3a587d902000',
    payload: new Map(Object.entries(payload)),
  });
  return new LogEventFilter().accepts(bytes, 0, bytes.length);
}

const withProperties = (properties: Record<string, Value>): boolean => accepts({ properties: tag.container(properties) });

describe('LogEventFilter', () => {
  it('needs properties with a project or an elk-index', () => {
    expect(accepts({ message: tag.string('x') })).toBe(false);
    expect(withProperties({})).toBe(false);
    expect(withProperties({ project: tag.string('shop') })).toBe(true);
    expect(withProperties({ 'elk-index': tag.string('shop') })).toBe(true);
  });

  it('wants each name that is there to start with a letter or digit', () => {
    expect(withProperties({ 'elk-index': tag.string('-shop'), project: tag.string('shop') })).toBe(false);
    expect(withProperties({ project: tag.string('') })).toBe(false);
    expect(withProperties({ project: tag.string('shop'), environment: tag.string('_') })).toBe(false);
    expect(withProperties({ project: tag.string('shop'), environment: tag.string('9') })).toBe(true);
  });
});
