import { figureOf, renderFigures } from './figure.ts';

describe('figureOf', () => {
  it('takes the middle run, or the mean of the two middle ones', () => {
    expect(figureOf('x', 's', [3, 1, 2])).toMatchObject({ median: 2, min: 1, max: 3, runs: 3 });
    expect(figureOf('x', 's', [4, 1, 2, 3])).toMatchObject({ median: 2.5 });
  });

  it('refuses to make a figure of nothing', () => {
    expect(() => figureOf('x', 's', [])).toThrow('no run of "x" was measured');
  });
});

describe('renderFigures', () => {
  it('says when a target is missed', () => {
    expect(renderFigures([figureOf('x', 's', [31, 31], { target: 30 })])).toContain('| ≤ 30, missed |');
  });

  it('prints a Markdown table', () => {
    const table = renderFigures([figureOf('producer', 'CPU s/M', [0.8, 0.9, 1], { target: 0.9 })]);
    expect(table.split('\n')[2]).toBe('| producer | 0.90   | 0.80 – 1.00 | CPU s/M | ≤ 0.9  | 3    |      |');
  });
});
