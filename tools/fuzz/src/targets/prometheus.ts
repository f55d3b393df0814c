import type { DoorAnswer } from '@hercules/gateway/receivers/door/http-door.ts';
import { MethodCounters } from '@hercules/gateway/intake-counters.ts';
import { PrometheusDoor } from '@hercules/gateway/receivers/prometheus/prometheus-door.ts';
import {
  countItemsV2,
  encodeRequestV2,
  encodeV1,
  encodeV2,
  type Labels,
  type SeriesFixture,
} from '@hercules/gateway/receivers/prometheus/remote-write-proto.fixture.ts';
import { decompressSnappyBlock } from '@hercules/protocol';
import { compress } from 'snappyjs';
import { type FuzzTarget, Mistaken } from '../fuzz-target.ts';
import { askDoor, TakenBatches } from './gateway-door.ts';

const NOW = 1_764_000_000_000;
const LABELS: Labels = [
  ['__name__', 'http_requests_total'],
  ['instance', '127.0.0.1:9090'],
  ['job', 'shop'],
  ['path', '/straße'],
];
const HISTOGRAM = {
  count_int: 10,
  sum: 31.5,
  schema: 0,
  zero_threshold: 0.001,
  zero_count_int: 2,
  positive_spans: [
    { offset: 1, length: 2 },
    { offset: 1, length: 1 },
  ],
  positive_deltas: [3, 1, -3],
  timestamp: NOW,
};
const NEGATIVE = {
  count_float: 6,
  sum: -1,
  schema: 3,
  zero_count_float: 1,
  negative_spans: [{ offset: -4, length: 2 }],
  negative_counts: [2, 3],
  timestamp: NOW,
};
const CUSTOM = {
  count_int: 3,
  sum: 2,
  schema: -53,
  custom_values: [0.5, 1],
  positive_spans: [{ offset: 0, length: 3 }],
  positive_deltas: [1, 0, 0],
  timestamp: NOW,
};
const SERIES: readonly SeriesFixture[] = [
  {
    labels: LABELS,
    samples: [
      { value: 12.5, timestamp: NOW },
      { value: Number.NaN, timestamp: NOW + 1 },
      { value: Infinity, timestamp: NOW },
    ],
    unit: 'seconds',
  },
  { labels: LABELS, histograms: [HISTOGRAM, NEGATIVE, CUSTOM] },
  { labels: LABELS, exemplars: [{ labels: [['trace_id', '4bf92f3577b34da6a3ce929d0e0e4736']], value: 0.25, timestamp: NOW }] },
];
const SEEDS = [SERIES, SERIES.slice(0, 1), SERIES.slice(1, 2), SERIES.slice(2)];

/** Series of a few bytes that refer to long texts: much to write for little that was sent. */
function manyReferences(): Buffer {
  const symbols = ['', '__name__', 'x'.repeat(400_000), 'a', 'y'.repeat(1000)];
  const timeseries = Array.from({ length: 20_000 }, () => ({ labels_refs: [1, 2, 3, 4], samples: [{ value: 1, timestamp: NOW }] }));
  return encodeRequestV2({ symbols, timeseries });
}

function manyExemplars(): Buffer {
  const symbols = ['', '__name__', 'up', 'a', 'y'.repeat(400_000)];
  const exemplars = Array.from({ length: 20_000 }, () => ({ labels_refs: [3, 4], value: 1, timestamp: NOW }));
  return encodeRequestV2({ symbols, timeseries: [{ labels_refs: [1, 2, 3, 4], exemplars }] });
}

/** Labels that have to be sorted to be compared, with names that differ at their ends. */
function manyUnsorted(): Buffer {
  const names = Array.from({ length: 900 }, (_, i) => 'n'.repeat(1000) + String(9999 - i));
  const symbols = ['', '__name__', 'up', ...names];
  const labels_refs = [1, 2, ...names.flatMap((_, i) => [i + 3, 2])];
  return encodeRequestV2({
    symbols,
    timeseries: Array.from({ length: 5000 }, () => ({ labels_refs, samples: [{ value: 1, timestamp: -1 }] })),
  });
}

const manySamples = (): SeriesFixture[] => [
  { labels: LABELS, samples: Array.from({ length: 300_000 }, (_, i) => ({ value: i, timestamp: NOW + i })) },
];
const manyBuckets = (): SeriesFixture[] => [
  {
    labels: LABELS,
    histograms: Array.from({ length: 50 }, () => ({
      ...HISTOGRAM,
      count_float: 1,
      positive_spans: Array.from({ length: 10_000 }, () => ({ offset: 2 ** 30, length: 1 })),
      positive_counts: Array.from({ length: 10_000 }, () => 1),
    })),
  },
];

function target(version: 'v1' | 'v2', contentType: string, seeds: readonly Buffer[], hostile: readonly Buffer[]): FuzzTarget {
  const taken = new TakenBatches();
  const limits = { maxEventSizeBytes: 500_000, maxUnpackedBytes: 33_554_432, maxEventsBytes: 33_554_432, maxHistogramBuckets: 160 };
  const counters = new MethodCounters('prometheus', 'write', { observe: () => undefined });
  const door = new PrometheusDoor(taken as never, { stream: 'metrics', ...limits }, counters);
  const headers = { 'content-type': contentType, 'content-encoding': 'snappy' };
  return {
    seeds,
    hostile,
    pack: compress,
    async run(body) {
      const answer = await askDoor(door, taken, { path: '/api/v1/write', headers, body });
      if (version === 'v2') checkCounts(answer, countItemsV2(decompressSnappyBlock(body, limits.maxUnpackedBytes)));
    },
  };
}

/** Every item must be told as written or as refused. */
function checkCounts({ headers = {}, body = '' }: DoorAnswer, items: number): void {
  const written = ['Samples', 'Histograms', 'Exemplars'].map((kind) => Number(headers[`X-Prometheus-Remote-Write-${kind}-Written`]));
  const refused = Number(/^(\d+) items were refused/.exec(body.toString())?.[1] ?? 0);
  const told = written.reduce((sum, count) => sum + count, refused);
  if (told !== items) throw new Mistaken(`of ${items} items ${written.join(' + ')} are told as written and ${refused} as refused`);
}

/** `prometheus.WriteRequest` in snappy. */
export function prometheusV1(): FuzzTarget {
  const seeds = SEEDS.map((series) => encodeV1(series));
  return target('v1', 'application/x-protobuf', seeds, [encodeV1(manySamples()), encodeV1(manyBuckets())]);
}

/** `io.prometheus.write.v2.Request` in snappy. */
export function prometheusV2(): FuzzTarget {
  const seeds = SEEDS.map((series) => encodeV2(series));
  const hostile = [encodeV2(manySamples()), manyReferences(), manyExemplars(), manyUnsorted()];
  return target('v2', 'application/x-protobuf;proto=io.prometheus.write.v2.Request', seeds, hostile);
}
