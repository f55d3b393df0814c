import { type Figure, figureOf } from './figure.ts';
import type { SinkMeasurement } from './measure-sink.ts';

/** CPU with the best rate, and memory. */
export function sinkFigures(
  name: string,
  memoryName: string,
  rateUnit: string,
  measured: readonly SinkMeasurement[],
  targets: { cpu?: number; memory: number },
): Figure[] {
  const fastest = Math.round(Math.max(...measured.map(({ eventsPerSecond }) => eventsPerSecond))).toLocaleString('en-US');
  return [
    figureOf(
      name,
      'CPU s/M',
      measured.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion),
      { ...(targets.cpu === undefined ? {} : { target: targets.cpu }), note: `up to ${fastest} ${rateUnit}` },
    ),
    figureOf(
      memoryName,
      'MB resident',
      measured.map(({ residentMegabytes }) => residentMegabytes),
      { target: targets.memory },
    ),
  ];
}
