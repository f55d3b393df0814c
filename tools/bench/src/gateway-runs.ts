import { type Figure, figureOf } from './figure.ts';
import { GatewayUnderTest, type GatewayUnderTestOptions } from './gateway-under-test.ts';
import type { LoadMeasurement } from './load/measure-load.ts';

export interface GatewayBenchOptions {
  readonly brokers: readonly string[];
  readonly partitions?: number;
  /** Measured time of a run, after its warm-up. */
  readonly seconds?: number;
  readonly runs?: number;
}

const UNIT = 'CPU s/M';
const MEMORY_TARGET_MB = 250;

/**
 * Runs something against a new gateway each time.
 * @param settings of the gateway, given the name of its stream
 * @throws Error when the stream holds fewer records than the gateway has acknowledged
 */
export async function eachGatewayRun(
  { brokers, partitions = 6, runs = 3 }: GatewayBenchOptions,
  run: (gateway: GatewayUnderTest) => Promise<readonly LoadMeasurement[]>,
  settings?: GatewayUnderTestOptions['settings'],
): Promise<void> {
  for (let i = 0; i < runs; i++) {
    const gateway = await GatewayUnderTest.start({ brokers, partitions, ...(settings === undefined ? {} : { settings }) });
    try {
      const acknowledged = column(await run(gateway), 'acknowledgedEvents').reduce((sum, events) => sum + events, 0);
      const written = await gateway.countRecords();
      if (written < acknowledged) throw new Error(`${acknowledged} events were acknowledged, ${written} records are in the stream`);
    } finally {
      await gateway.stop();
    }
  }
}

/** @throws Error when a request was not answered well */
export function checked(measurement: LoadMeasurement): LoadMeasurement {
  if (measurement.errors > 0) throw new Error(`${measurement.errors} of ${measurement.requests} requests failed`);
  return measurement;
}

export function cpuFigure(name: string, measurements: readonly LoadMeasurement[], target?: number): Figure {
  const rate = Math.round(Math.max(...column(measurements, 'eventsPerSecond')));
  return figureOf(name, UNIT, column(measurements, 'cpuSecondsPerMillion'), {
    ...(target === undefined ? {} : { target }),
    note: `up to ${rate.toLocaleString('en-US')} events/s`,
  });
}

export function memoryFigure(name: string, measurements: readonly LoadMeasurement[]): Figure {
  return figureOf(name, 'MB resident', column(measurements, 'residentMegabytes'), { target: MEMORY_TARGET_MB });
}

export function column(measurements: readonly LoadMeasurement[], key: keyof LoadMeasurement): number[] {
  return measurements.map((measurement) => measurement[key]);
}
