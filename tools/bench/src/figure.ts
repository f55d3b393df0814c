/** One measured value over several runs. */
export interface Figure {
  /** What was measured, e.g. `HTTP, 1000 events a request`. */
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  /** The value to reach (performance targets), if there is one. */
  readonly target?: number;
  /** What else belongs to the figure: events/s, requests, errors. */
  readonly note?: string;
}

export function figureOf(name: string, unit: string, values: readonly number[], more: { target?: number; note?: string } = {}): Figure {
  if (values.length === 0) throw new Error(`no run of "${name}" was measured`);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { name, unit, median, min: sorted[0]!, max: sorted.at(-1)!, runs: values.length, ...more };
}

/** A Markdown table: what README and docs show, and what the terminal prints. A median above its target is called missed. */
export function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, median, min, max, runs, target, note }) => [
    name,
    format(median),
    `${format(min)} – ${format(max)}`,
    unit,
    target === undefined ? '' : `≤ ${target}${median > target ? ', missed' : ''}`,
    String(runs),
    note ?? '',
  ]);
  const header = ['what', 'median', 'min – max', 'unit', 'target', 'runs', 'note'];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function format(value: number): string {
  if (value >= 10_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
