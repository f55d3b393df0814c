import { encodeEvent, tag } from '@hercules/protocol';
import { MetricReader } from '../metric/metric-reader.ts';
import { Mask } from './mask.ts';
import { MetricAcl, parseAclRule } from './metric-acl.ts';
import type { MetricFilter } from './metric-filter.ts';
import { parseTagRule, TagList } from './tag-list.ts';

function accepts(filter: MetricFilter, tags: readonly (readonly [string, string])[]): boolean {
  const pairs = tags.map(
    ([key, value]) =>
      new Map([
        ['key', tag.string(key)],
        ['value', tag.string(value)],
      ]),
  );
  const bytes = encodeEvent({
    version: 1,
    timestamp: 1n,
    uuid: '11203800-63fd-11e8-83e2-3a587d902000',
    payload: new Map([
      ['value', tag.double(1)],
      ['tags', tag.vector('container', pairs)],
    ]),
  });
  const metric = new MetricReader();
  expect(metric.read(bytes, 0, bytes.length)).toBe(true);
  return filter.accepts(bytes, metric);
}

const plain = (name: string) => name.split('.').map((segment) => ['segment', segment] as const);

describe('Mask', () => {
  it.each<[string, string, boolean]>([
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*c', 'abc', true],
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['ab*bc', 'abc', false],
    ['*b*', 'abc', true],
    ['*b*', 'ac', false],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'a1c2b', false],
    ['', '', true],
    ['', 'a', false],
    ['ü*', 'über', true],
  ])('%j matches %j: %s', (mask, text, expected) => {
    const bytes = Buffer.from(`<${text}>`);
    expect(new Mask(mask).matches(bytes, 1, bytes.length - 1)).toBe(expected);
  });

  it('matches no text that is absent', () => expect(new Mask('*').matches(Buffer.alloc(0), -1, 0)).toBe(false));
});

describe('MetricAcl', () => {
  const acl = (permitsOthers: boolean, ...lines: string[]) => new MetricAcl(lines.map(parseAclRule), permitsOthers);

  it.each<[string, string, boolean]>([
    ['PERMIT a.b', 'a.b', true],
    ['PERMIT a.b', 'a.b.c', false],
    ['PERMIT a.*', 'a.b', true],
    ['PERMIT a.*', 'a.b.c', true],
    ['PERMIT a.*', 'a', false],
    ['PERMIT a.*.c', 'a.b.c', true],
    ['PERMIT a.*.c', 'a.b.b.c', false],
    ['PERMIT a.b*', 'a.bc', true],
    ['PERMIT a.b*', 'a.bc.d', false],
  ])('%s: %s %s', (rule, name, expected) => expect(accepts(acl(false, rule), plain(name))).toBe(expected));

  it('lets the first rule that matches decide, or else the default', () => {
    const rules = ['DENY a.secret', 'PERMIT a.*'];
    expect(accepts(acl(false, ...rules), plain('a.secret'))).toBe(false);
    expect(accepts(acl(false, ...rules), plain('a.open'))).toBe(true);
    expect(accepts(acl(false, ...rules), plain('b'))).toBe(false);
    expect(accepts(acl(true, ...rules), plain('b'))).toBe(true);
  });

  it.each(['ALLOW a', 'PERMIT', 'PERMIT a b', 'permit a', 'PERMIT a..b', 'PERMIT .a'])('refuses the rule %j', (line) => {
    expect(() => parseAclRule(line)).toThrow('expected');
  });
});

describe('TagList', () => {
  const rules = ['_name=http_*;host=web1', '_name=cpu'].map(parseTagRule);

  it.each<[string, readonly (readonly [string, string])[], boolean]>([
    [
      'all conditions of a rule',
      [
        ['_name', 'http_requests'],
        ['host', 'web1'],
      ],
      true,
    ],
    [
      'one condition of two',
      [
        ['_name', 'http_requests'],
        ['host', 'web2'],
      ],
      false,
    ],
    [
      'another rule',
      [
        ['host', 'x'],
        ['_name', 'cpu'],
      ],
      true,
    ],
    ['no rule', [['_name', 'memory']], false],
    [
      'a repeated key, one of which matches',
      [
        ['_name', 'memory'],
        ['_name', 'cpu'],
      ],
      true,
    ],
  ])('%s', (_what, tags, isMatch) => {
    expect(accepts(new TagList(rules, true), tags)).toBe(isMatch);
    expect(accepts(new TagList(rules, false), tags)).toBe(!isMatch);
  });

  it('matches nothing without rules', () => {
    expect(accepts(new TagList([], true), [['_name', 'x']])).toBe(false);
    expect(accepts(new TagList([], false), [['_name', 'x']])).toBe(true);
  });

  it.each(['x', '=a', 'a=b;c'])('refuses the rule %j', (line) => expect(() => parseTagRule(line)).toThrow('expected key=mask'));
});
