import { tag } from './event.ts';

describe('tag', () => {
  it('builds values that say their type', () => {
    const inner = new Map([['a', tag.byte(1)]]);
    expect(tag.container(inner).value).toBe(inner);
    expect(tag.container({ a: tag.byte(1) })).toEqual({ type: 'container', value: inner });
    expect(tag.vector('string', ['x'])).toEqual({ type: 'vector', value: { elementType: 'string', elements: ['x'] } });
    expect(tag.null()).toEqual({ type: 'null', value: null });
    expect(tag.long(1n)).toEqual({ type: 'long', value: 1n });
  });
});
