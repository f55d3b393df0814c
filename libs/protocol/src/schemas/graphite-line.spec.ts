import { tag, type Value } from '../event.ts';
import { formatMetricValue, graphiteLine } from './graphite-line.ts';

const pair = (key: string, value?: string): Map<string, Value> =>
  new Map([['key', tag.string(key)], ...(value === undefined ? [] : [['value', tag.string(value)] as const])]);

function lineOf(
  tags: Map<string, Value>[],
  options: { tags: boolean; replaceDots: boolean },
  value: Value = tag.double(1.5),
): string | undefined {
  return graphiteLine(
    {
      version: 1,
      timestamp: 15_276_799_209_999_999n,
      uuid: '11203800-63fd-11e8-83e2-3a587d902000',
      payload: new Map([
        ['tags', tag.vector('container', tags)],
        ['value', value],
      ]),
    },
    options,
  );
}

describe('formatMetricValue', () => {
  it.each([
    [0, '0.000000'],
    [1.1234567, '1.123457'],
    [-0.1234567, '-0.123457'],
    [0.0000005, '0.000000'],
    [0.0000015, '0.000002'],
    [1e21, '1000000000000000000000.000000'],
    [42, '42.000000'],
  ])('prints %d as %s', (value, expected) => {
    expect(formatMetricValue(value)).toBe(expected);
  });
});

describe('graphiteLine', () => {
  it('joins the values of plain metrics by dots', () => {
    expect(lineOf([pair('a', 'shop.kz'), pair('b', 'cpu load'), pair('c')], { tags: false, replaceDots: true })).toBe(
      'shop_kz.cpu_load.null 1.500000 1527679920\n',
    );
  });

  it('writes tags behind the name', () => {
    const tags = [pair('project', 'shop'), pair('__metrics_data_type', 'x'), pair('_name', 'http.requests'), pair('le', '0.5')];
    expect(lineOf(tags, { tags: true, replaceDots: false })).toBe(
      'http.requests;project=shop;le=0.5;subproject=null 1.500000 1527679920\n',
    );
  });

  it.each([
    ['NaN', tag.double(NaN)],
    ['infinite', tag.double(Infinity)],
    ['a Long', tag.long(1n)],
  ])('is nothing for a value that is %s', (_, value) => {
    expect(lineOf([pair('_name', 'x')], { tags: false, replaceDots: false }, value)).toBeUndefined();
  });

  it('is nothing without tags', () => {
    expect(lineOf([], { tags: false, replaceDots: false })).toBeUndefined();
  });
});
