import { encodeEvent, type HerculesEvent, tag } from '@hercules/protocol';
import { MatchingIndexResolver, normalizeIndexName, StaticIndexResolver, TagsIndexResolver, type IndexResolver } from './index-name.ts';

function resolve(resolver: IndexResolver, payload: HerculesEvent['payload']): string | undefined {
  const bytes = encodeEvent({ version: 1, timestamp: 15_276_799_200_000_000n, uuid: '11203800-63fd-11e8-83e2-3a587d902000', payload });
  return resolver.resolve(bytes, 0, bytes.length, 'logs_shop');
}

const properties = (tags: Record<string, ReturnType<typeof tag.string>>): HerculesEvent['payload'] =>
  new Map([['properties', tag.container(tags)]]);

describe('normalizeIndexName', () => {
  it('keeps letters, digits, dots, underscores and hyphens, in lower case', () => {
    expect(normalizeIndexName('My Shop/Прод.v1-x_y')).toBe('my_shop_____.v1-x_y');
  });

  it.each(['', '-shop', '_shop', '.shop', 'ж', 'x'.repeat(121)])('refuses %j', (name) => {
    expect(normalizeIndexName(name)).toBeUndefined();
  });
});

describe('TagsIndexResolver', () => {
  const resolver = new TagsIndexResolver(['properties/project', 'properties/environment?', 'properties/subproject?']);

  it('joins the values that are there', () => {
    expect(resolve(resolver, properties({ project: tag.string('shop'), subproject: tag.string('cart') }))).toBe('shop-cart');
    expect(resolve(resolver, properties({ project: tag.string('магазин'), environment: tag.string('прод') }))).toBe('магазин-прод');
  });

  it('has no result when a required value is missing or one is no String', () => {
    expect(resolve(resolver, properties({ environment: tag.string('prod') }))).toBeUndefined();
    expect(resolve(resolver, properties({ project: tag.long(1n) }))).toBeUndefined();
    expect(resolve(resolver, properties({ project: tag.string('shop'), environment: tag.long(1n) }))).toBeUndefined();
  });
});

describe('StaticIndexResolver', () => {
  it('names its mistake', () => {
    expect(() => new StaticIndexResolver('Logs!')).toThrow(/"Logs!" is not usable: expected at most 120 characters/);
  });
});

describe('MatchingIndexResolver', () => {
  const resolver = new MatchingIndexResolver(
    JSON.stringify([
      { index: 'billing', tagMaps: [{ 'properties/project': 'bill.*', 'properties/attempt': 3 }, { 'properties/project': 'invoices' }] },
      { index: 'nothing', tagMaps: [{ 'properties/project': null }] },
    ]),
    'indices.json',
  );

  it('chooses the first index of which one tag map matches whole values', () => {
    expect(resolve(resolver, properties({ project: tag.string('billing'), attempt: tag.long(3n) }))).toBe('billing');
    expect(resolve(resolver, properties({ project: tag.string('billing'), attempt: tag.long(33n) }))).toBeUndefined();
    expect(resolve(resolver, properties({ project: tag.string('invoices') }))).toBe('billing');
    expect(resolve(resolver, properties({ project: tag.string('old invoices') }))).toBeUndefined();
    expect(resolve(resolver, properties({ project: tag.null() }))).toBe('nothing');
    expect(resolve(resolver, properties({}))).toBeUndefined();
  });

  it.each(['{', '{}', '[{"index":1,"tagMaps":[]}]', '[{"index":"a","tagMaps":[1]}]', '[{"index":"a","tagMaps":[{"p":"("}]}]'])(
    'refuses the file %s and names it',
    (text) => {
      expect(() => new MatchingIndexResolver(text, 'indices.json')).toThrow(/^indices\.json: /);
    },
  );
});
