import { formatMeasured } from '../output/duration.ts';
import { printable } from '../output/printable.ts';
import type { PlacedSpan } from './span-tree.ts';

const MIN_BAR = 10;
const MAX_LABEL = 60;
const DURATION_CHARS = 8;

/**
 * Draws spans as a waterfall: name, duration, and a bar at its time; `!` marks errors, `?` spans whose parent is missing. No line is longer
 * than the terminal.
 * @param columns width of the terminal in characters
 */
export function drawWaterfall(spans: readonly PlacedSpan[], columns: number): string {
  if (spans.length === 0) return '';
  const begin = Math.min(...spans.map(({ beginUs }) => beginUs));
  const end = Math.max(...spans.map(({ beginUs, durationUs }) => beginUs + durationUs));
  const total = Math.max(end - begin, 1);
  const labels = spans.map(labelOf);
  const widest = Math.max(...labels.map(({ length }) => length));
  const labelWidth = Math.max(8, Math.min(widest, MAX_LABEL, columns - DURATION_CHARS - MIN_BAR - 4));
  const barWidth = Math.max(MIN_BAR, columns - labelWidth - DURATION_CHARS - 4);
  return spans
    .map(({ beginUs, durationUs }, index) => {
      const from = Math.min(barWidth - 1, Math.floor(((beginUs - begin) / total) * barWidth));
      const length = Math.max(1, Math.min(barWidth - from, Math.round((durationUs / total) * barWidth)));
      const bar = `${' '.repeat(from)}${'━'.repeat(length)}`;
      return `${fit(labels[index]!, labelWidth)}  ${formatMeasured(durationUs).padStart(DURATION_CHARS)}  ${bar}`;
    })
    .join('\n');
}

function labelOf({ depth, isOrphan, isError, service, operation }: PlacedSpan): string {
  // Beyond some depth, indentation would leave no room for the name.
  const indent = '  '.repeat(Math.min(depth, 12));
  return printable(`${indent}${isError ? '! ' : ''}${isOrphan ? '? ' : ''}${service || '(no service)'} ${operation}`).trimEnd();
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
