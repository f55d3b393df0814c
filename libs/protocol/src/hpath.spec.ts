import { HPath } from './hpath.ts';

describe('HPath', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['/', []],
    ['//', []],
    ['a', ['a']],
    ['a/', ['a']],
    ['a/b//', ['a', 'b']],
    ['/a', ['', 'a']],
    ['a//b', ['a', '', 'b']],
  ])('%j has the segments %j', (text, segments) => {
    const path = HPath.parse(text);
    expect(path.segments).toEqual(segments);
    expect(path.root).toBe(segments[0]);
    expect(String(path)).toBe(text);
  });
});
