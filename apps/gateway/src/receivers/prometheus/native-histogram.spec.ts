import fc from 'fast-check';
import { histogramLine, metricOf, readRequest } from './read-request.fixture.ts';
import { encodeV1, encodeV2, type HistogramFixture, type Labels } from './remote-write-proto.fixture.ts';

const NOW = 1_764_000_000_000;
const NAME = 'request_seconds';
const LABELS: Labels = [
  ['__name__', NAME],
  ['job', 'shop'],
];

function linesOf(histogram: Omit<HistogramFixture, 'timestamp'>, maxHistogramBuckets = 160): string[] {
  const body = encodeV1([{ labels: LABELS, histograms: [{ ...histogram, timestamp: NOW }] }]);
  const { message, events } = readRequest('v1', body, { maxHistogramBuckets });
  expect(message.refused.toString()).toBe('');
  expect(message.taken).toEqual({ samples: 0, histograms: 1, exemplars: 0 });
  const metrics = events.map(metricOf);
  for (const { timestampMs, tags } of metrics) {
    expect(timestampMs).toBe(NOW);
    expect(tags).toContainEqual(['job', 'shop']);
  }
  return metrics.map((metric) => histogramLine(metric, NAME));
}

function refusalOf(histogram: Omit<HistogramFixture, 'timestamp'>): string {
  const { message, events } = readRequest('v1', encodeV1([{ labels: LABELS, histograms: [{ ...histogram, timestamp: NOW }] }]));
  expect(events).toHaveLength(0);
  expect(message.refused.count).toBe(1);
  return message.refused.toString();
}

/** 2 observations near 0, 3 in (1, 2], 4 in (2, 4], 1 in (8, 16]. */
const POSITIVE = {
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
};

describe('native histograms', () => {
  it('become buckets, a sum and a count', () => {
    expect(linesOf(POSITIVE)).toEqual([
      '_bucket 0.001 = 2',
      '_bucket 1 = 2',
      '_bucket 2 = 5',
      '_bucket 4 = 9',
      '_bucket 8 = 9',
      '_bucket 16 = 10',
      '_bucket +Inf = 10',
      '_sum = 31.5',
      '_count = 10',
    ]);
  });

  it('may have buckets below zero', () => {
    const negative = { count_int: 7, sum: -9, zero_count_int: 1, negative_spans: [{ offset: 0, length: 3 }], negative_deltas: [1, 1, 1] };
    expect(linesOf({ ...negative, schema: 0, zero_threshold: 0.25 })).toEqual([
      '_bucket -4 = 0',
      '_bucket -2 = 3',
      '_bucket -1 = 5',
      '_bucket -0.5 = 6',
      '_bucket -0.25 = 6',
      '_bucket 0.25 = 7',
      '_bucket +Inf = 7',
      '_sum = -9',
      '_count = 7',
    ]);
  });

  it('may count in floats', () => {
    const floats = {
      count_float: 2.5,
      sum: 3,
      schema: 1,
      zero_count_float: 0.5,
      positive_spans: [{ offset: 2, length: 1 }],
      positive_counts: [2],
    };
    expect(linesOf(floats)).toEqual([
      '_bucket 0 = 0.5',
      `_bucket ${2 ** 0.5} = 0.5`,
      '_bucket 2 = 2.5',
      '_bucket +Inf = 2.5',
      '_sum = 3',
      '_count = 2.5',
    ]);
  });

  it('may have bounds of their own', () => {
    const custom = {
      count_int: 6,
      sum: 20,
      schema: -53,
      custom_values: [0.1, 1, 5],
      positive_spans: [
        { offset: 0, length: 2 },
        { offset: 1, length: 1 },
      ],
      positive_deltas: [1, 1, 1],
    };
    expect(linesOf(custom)).toEqual(['_bucket 0.1 = 1', '_bucket 1 = 3', '_bucket 5 = 3', '_bucket +Inf = 6', '_sum = 20', '_count = 6']);
  });

  it('may be empty', () => {
    expect(linesOf({ schema: 3, zero_threshold: 1e-128, sum: 0 })).toEqual([
      '_bucket 1e-128 = 0',
      '_bucket +Inf = 0',
      '_sum = 0',
      '_count = 0',
    ]);
  });

  it('have no sum when it is not finite', () => {
    expect(linesOf({ ...POSITIVE, count_int: 12, sum: Number.NaN })).toEqual(expect.arrayContaining(['_bucket +Inf = 12', '_count = 12']));
    expect(linesOf({ ...POSITIVE, sum: Infinity }).filter((line) => line.startsWith('_sum'))).toEqual([]);
  });

  it('leave bounds that a double cannot hold to +Inf', () => {
    const high = { count_int: 3, sum: 1, schema: -4, positive_spans: [{ offset: 64, length: 2 }], positive_deltas: [1, 1] };
    expect(linesOf(high).filter((line) => line.startsWith('_bucket'))).toEqual([
      '_bucket 0 = 0',
      `_bucket ${2 ** 1008} = 0`,
      '_bucket +Inf = 3',
    ]);
  });

  it('say nothing when the series has ended', () => {
    const body = encodeV1([{ labels: LABELS, histograms: [{ sum: 4711, timestamp: NOW }] }]);
    const sum = Buffer.alloc(8);
    sum.writeDoubleLE(4711);
    body.set(Buffer.from('020000000000f07f', 'hex'), body.indexOf(sum));
    const { message, events } = readRequest('v1', body);
    expect(events).toHaveLength(0);
    expect(message).toMatchObject({ staleMarkers: 1, taken: { histograms: 1 } });
  });

  it.each([
    ['counts that do not add up', { ...POSITIVE, count_int: 11 }, 'do not add up'],
    ['an unknown schema', { ...POSITIVE, schema: -5 }, 'unknown schema'],
    ['fewer buckets than its spans hold', { ...POSITIVE, positive_deltas: [3, 1] }, 'more buckets than there are'],
    ['more buckets than its spans hold', { ...POSITIVE, positive_deltas: [3, 1, -3, 0] }, 'fewer buckets than there are'],
    ['a bucket below 0', { ...POSITIVE, positive_deltas: [3, 1, -5] }, 'a count below 0'],
    [
      'spans that run into each other',
      {
        ...POSITIVE,
        positive_spans: [
          { offset: 1, length: 2 },
          { offset: -1, length: 1 },
        ],
      },
      'run into each other',
    ],
    ['a zero bucket without a bound', { ...POSITIVE, zero_threshold: Infinity }, 'zero bucket without a bound'],
    ['a count that is no number', { count_float: Number.NaN }, 'below 0 or no number'],
    ['bounds that do not ascend', { schema: -53, custom_values: [1, 1] }, 'do not ascend'],
    [
      'a bucket without a bound',
      { count_int: 1, schema: -53, positive_spans: [{ offset: 2, length: 1 }], positive_deltas: [1], custom_values: [1] },
      'without a bound',
    ],
    ['too many buckets', { schema: 0, positive_counts: Array.from({ length: 10_001 }, () => 1), count_float: 1 }, 'more than 10000'],
  ])('are refused with %s', (_, histogram, reason) => {
    expect(refusalOf(histogram)).toContain(reason);
  });

  const side = fc
    .uniqueArray(fc.integer({ min: -40, max: 40 }), { maxLength: 30 })
    .chain((indexes) =>
      fc
        .array(fc.integer({ min: 0, max: 9 }), { minLength: indexes.length, maxLength: indexes.length })
        .map((counts) => indexes.sort((a, b) => a - b).map((index, i): [number, number] => [index, counts[i]!])),
    );

  it('keep every observation below the bounds that are above it, joined or not', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: -4, max: 8 }),
        fc.nat(5),
        fc.integer({ min: 8, max: 70 }),
        (negative, positive, schema, zero, maxBuckets) => {
          const total = zero + sumOf(negative) + sumOf(positive);
          const histogram = {
            timestamp: NOW,
            sum: 1,
            count_int: total,
            zero_count_int: zero,
            schema,
            negative_spans: negative.map(([index], i) => ({ offset: index - (i === 0 ? 0 : negative[i - 1]![0] + 1), length: 1 })),
            negative_deltas: negative.map(([, count], i) => count - (i === 0 ? 0 : negative[i - 1]![1])),
            positive_spans: positive.map(([index], i) => ({ offset: index - (i === 0 ? 0 : positive[i - 1]![0] + 1), length: 1 })),
            positive_deltas: positive.map(([, count], i) => count - (i === 0 ? 0 : positive[i - 1]![1])),
          };
          const { message, events } = readRequest('v2', encodeV2([{ labels: LABELS, histograms: [histogram] }]), {
            maxHistogramBuckets: maxBuckets,
          });
          expect(message.refused.toString()).toBe('');
          const buckets = events.map(metricOf).flatMap(({ value, tags }) => {
            const bound = tags.find(([key]) => key === 'le')?.[1];
            return bound === undefined ? [] : [{ bound: bound === '+Inf' ? Infinity : Number(bound), value }];
          });
          const base = 2 ** (2 ** -schema);
          // An observation at the upper end of its bucket, which the bucket must hold.
          const below = (bound: number): number =>
            sumOf(negative.filter(([index]) => -(base ** (index - 1)) <= bound + 1e-9 * Math.abs(bound))) +
            (bound >= 0 ? zero : 0) +
            sumOf(positive.filter(([index]) => base ** index <= bound + 1e-9 * Math.abs(bound)));
          for (const { bound, value } of buckets) expect({ bound, value }).toEqual({ bound, value: below(bound) });
          expect(buckets.map(({ bound }) => bound)).toEqual(buckets.map(({ bound }) => bound).toSorted((a, b) => a - b));
          expect(new Set(buckets.map(({ bound }) => bound)).size).toBe(buckets.length);
          expect(buckets.at(-1)).toEqual({ bound: Infinity, value: total });
          expect(buckets.length).toBeLessThanOrEqual(2 * maxBuckets + 4);
        },
      ),
    );
  });
});

function sumOf(buckets: readonly (readonly [number, number])[]): number {
  return buckets.reduce((sum, [, count]) => sum + count, 0);
}
