import { tag } from './event.ts';
import { HPath } from './hpath.ts';
import { selectValue } from './select-value.ts';

const payload = new Map([
  ['a', tag.container({ b: tag.integer(1), '': tag.integer(2) })],
  ['', tag.container({ a: tag.integer(3) })],
  ['v', tag.vector('container', [new Map([['x', tag.integer(4)]])])],
  ['n', tag.null()],
]);

describe('selectValue', () => {
  it.each([
    ['a/b', tag.integer(1)],
    ['a/b/', tag.integer(1)],
    ['/a', tag.integer(3)],
    ['n', tag.null()],
    ['', undefined],
    ['/', undefined],
    ['a/c', undefined],
    ['a/b/c', undefined],
    ['v/x', undefined],
    ['v/0/x', undefined],
    ['x', undefined],
  ])('%j', (path, value) => {
    expect(selectValue(payload, HPath.parse(path))).toEqual(value);
  });
});
