import { IndexRules } from './index-rules.ts';

const rule = (pattern: string, stream: string) => ({ pattern, stream, properties: {}, numericTime: 'milliseconds' as const });

describe('IndexRules', () => {
  const rules = new IndexRules([rule('logs-*-x', 'first'), { ...rule('logs-*', 'second'), indexPath: 'index' }, rule('a.b', 'third')]);

  it.each([
    ['logs-1-x', 'first'],
    ['logs-1', 'second'],
    ['a.b', 'third'],
    ['a-b', undefined],
    ['', undefined],
  ])('%j goes to %s, by the first rule that names it', (index, stream) => {
    for (const _ of [1, 2]) expect(rules.of(index)?.stream).toBe(stream);
  });

  it('keeps the name of the index where the rule says', () => {
    expect(rules.of('logs-7')!.fixed.map(({ path, text }) => [path.text, text])).toEqual([['index', 'logs-7']]);
  });

  it('knows no names that are longer than those of Elasticsearch', () => {
    expect(rules.of(`logs-${'x'.repeat(250)}`)?.stream).toBe('second');
    expect(rules.of(`logs-${'x'.repeat(251)}`)).toBeUndefined();
  });
});
