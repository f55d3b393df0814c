import { parseLine } from './metric-point.ts';

const TIME = 1_700_000_000;

describe('parseLine', () => {
  it.each([
    [`a.b_c-d:e 1.5 ${TIME}`, { name: 'a.b_c-d:e', tags: [], value: 1.5, seconds: TIME }],
    [`  a\t-1e-3   ${TIME}.25 `, { name: 'a', tags: [], value: -0.001, seconds: TIME + 0.25 }],
    ['a .5 -1', { name: 'a', tags: [], value: 0.5, seconds: undefined }],
    ['a 5. N', { name: 'a', tags: [], value: 5, seconds: undefined }],
    [
      `a;b=c;d=e=f 1 ${TIME}`,
      {
        name: 'a',
        tags: [
          ['b', 'c'],
          ['d', 'e=f'],
        ],
        value: 1,
        seconds: TIME,
      },
    ],
    [`a;b=c;d 1 ${TIME}`, { name: 'a', tags: [], value: 1, seconds: TIME }],
    [`a;=c 1 ${TIME}`, { name: 'a', tags: [], value: 1, seconds: TIME }],
  ])('reads %j', (line, point) => expect(parseLine(line)).toEqual(point));

  it.each([
    ['a 1', 'unreadable'],
    ['a 1 2 3', 'unreadable'],
    ['', 'unreadable'],
    [`ä 1 ${TIME}`, 'bad-name'],
    [`a/b 1 ${TIME}`, 'bad-name'],
    [`;b=c 1 ${TIME}`, 'bad-name'],
    [`a;b 1 ${TIME}`, 'bad-tags'],
    [`a nan ${TIME}`, 'not-a-number'],
    [`a inf ${TIME}`, 'bad-value'],
    [`a 1e999 ${TIME}`, 'bad-value'],
    [`a 0x10 ${TIME}`, 'bad-value'],
    [`a 1, ${TIME}`, 'bad-value'],
    ['a 1 yesterday', 'bad-time'],
    ['a 1 -5', 'bad-time'],
    ['a 1 1e15', 'bad-time'],
  ])('refuses %j: %s', (line, reason) => expect(() => parseLine(line)).toThrow(expect.objectContaining({ reason })));
});
