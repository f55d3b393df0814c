import fc from 'fast-check';
import type { Container } from '@hercules/protocol';
import { metricOf, type ReadMetric, readRequest } from './read-request.fixture.ts';
import { encodeRequestV2, encodeV1, encodeV2, type Labels, type SeriesFixture } from './remote-write-proto.fixture.ts';

const NOW = 1_764_000_000_000;
const UP: Labels = [
  ['__name__', 'up'],
  ['instance', 'a:9090'],
  ['job', 'node'],
];
const TYPE_TAG = ['__metrics_data_type', '_tagged_metrics_'] as const;
const UP_TAGS = [TYPE_TAG, ['_name', 'up'], ['instance', 'a:9090'], ['job', 'node']];
/** 0x7ff0000000000002, little-endian. */
const STALE = Buffer.from('020000000000f07f', 'hex');

const versions = [
  ['v1', encodeV1],
  ['v2', encodeV2],
] as const;

/** Replaces the bits of a value: protobufjs writes a NaN of its own. */
function withValue(body: Buffer, marker: number, bits: Buffer): Buffer {
  const place = Buffer.alloc(8);
  place.writeDoubleLE(marker);
  const at = body.indexOf(place);
  expect(at).toBeGreaterThan(0);
  const changed = Buffer.from(body);
  bits.copy(changed, at);
  return changed;
}

describe.each(versions)('WriteRequest %s', (version, encode) => {
  it('makes an event of each sample', () => {
    const body = encode([
      {
        labels: UP,
        samples: [
          { value: 1, timestamp: NOW },
          { value: 0.5, timestamp: NOW + 1 },
        ],
      },
    ]);
    const { message, events } = readRequest(version, body);
    expect(events.map(metricOf)).toEqual([
      { value: 1, timestampMs: NOW, tags: UP_TAGS },
      { value: 0.5, timestampMs: NOW + 1, tags: UP_TAGS },
    ]);
    expect(message.taken).toEqual({ samples: 2, histograms: 0, exemplars: 0 });
    expect(message.refused.count).toBe(0);
  });

  it('makes the same ids of the same bytes, and other ones of other bytes', () => {
    const samples = [
      { value: 1, timestamp: NOW },
      { value: 1, timestamp: NOW },
    ];
    const ids = (more: Labels): string[] =>
      readRequest(version, encode([{ labels: [...UP, ...more], samples }])).events.map(({ uuid }) => uuid);
    expect(ids([])).toEqual(ids([]));
    expect(new Set([...ids([]), ...ids([['zone', 'x']])]).size).toBe(4);
    for (const id of ids([])) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('takes stale markers and NaN, which have no value, and makes no event of them', () => {
    const sample = (value: number): Buffer => encode([{ labels: UP, samples: [{ value, timestamp: NOW }] }]);
    const stale = readRequest(version, withValue(sample(12345), 12345, STALE));
    expect(stale.events).toHaveLength(0);
    expect(stale.message).toMatchObject({ staleMarkers: 1, nanSamples: 0, taken: { samples: 1 } });
    const nan = readRequest(version, sample(Number.NaN));
    expect(nan.events).toHaveLength(0);
    expect(nan.message).toMatchObject({ staleMarkers: 0, nanSamples: 1, taken: { samples: 1 } });
  });

  it.each([
    ['infinite', { samples: [{ value: Infinity, timestamp: NOW }] }, 'the value of a sample is infinite'],
    ['infinite below', { samples: [{ value: -Infinity, timestamp: NOW }] }, 'the value of a sample is infinite'],
    ['before 1970', { samples: [{ value: 1, timestamp: -1 }] }, 'the time is before 1970'],
    ['in the far future', { samples: [{ value: 1, timestamp: 922_337_203_685_478 }] }, 'or after what events can hold'],
    ['without a name', { labels: [['job', 'a']], samples: [{ value: 1, timestamp: NOW }] }, 'there is no label __name__'],
    ['with an empty name', { labels: [['__name__', '']], samples: [{ value: 1, timestamp: NOW }] }, 'there is no label __name__'],
    ['with a label without a name', { labels: [...UP, ['', 'a']], samples: [{ value: 1, timestamp: NOW }] }, 'a label has no name'],
    ['with a label twice', { labels: [...UP, ['job', 'b']], samples: [{ value: 1, timestamp: NOW }] }, 'a label is there twice'],
    [
      'with a label twice, apart',
      { labels: [...UP, ['a', 'b'], ['job', 'b']], samples: [{ value: 1, timestamp: NOW }] },
      'a label is there twice',
    ],
    [
      'with a long label',
      { labels: [...UP, ['z', 'y'.repeat(2000)]], samples: [{ value: 1, timestamp: NOW }] },
      'an event that is too long',
    ],
    [
      'with a long label name',
      { labels: [...UP, ['z'.repeat(1025), 'y']], samples: [{ value: 1, timestamp: NOW }] },
      'longer than 1024 bytes',
    ],
    [
      'with many labels',
      {
        labels: [['__name__', 'x'], ...Array.from({ length: 1001 }, (_, i): [string, string] => [`l${i}`, 'v'])],
        samples: [{ value: 1, timestamp: NOW }],
      },
      'more than 1000 labels',
    ],
  ] as [string, Partial<SeriesFixture>, string][])('refuses a sample %s, and only that', (_, series, reason) => {
    const good = { labels: UP, samples: [{ value: 7, timestamp: NOW }] };
    const body = encode([good, { labels: UP, ...series }, good]);
    const { message, events } = readRequest(version, body, { maxEventSizeBytes: 2000 });
    expect(events.map(metricOf).map(({ value }) => value)).toEqual([7, 7]);
    expect(message.refused.count).toBe(1);
    expect(message.refused.toString()).toContain(reason);
    expect(message.refused.toString()).toContain('first: series 2');
  });

  it('leaves out labels without a value, and takes labels in any order', () => {
    const labels: Labels = [
      ['zone', 'z'],
      ['empty', ''],
      ['__name__', 'up'],
    ];
    const [event] = readRequest(version, encode([{ labels, samples: [{ value: 1, timestamp: NOW }] }])).events;
    expect(metricOf(event!).tags).toEqual([TYPE_TAG, ['zone', 'z'], ['_name', 'up']]);
  });

  it('keeps an exemplar as an event without a value', () => {
    const exemplars = [{ labels: [['trace_id', 'abc'] as const], value: 0.25, timestamp: NOW }];
    const { message, events } = readRequest(version, encode([{ labels: UP, exemplars }]));
    expect(message.taken).toEqual({ samples: 0, histograms: 0, exemplars: 1 });
    expect(events).toHaveLength(1);
    expect(metricOf(events[0]!)).toEqual({ value: undefined, timestampMs: NOW, tags: UP_TAGS });
    const exemplar = events[0]!.payload.get('exemplar');
    expect(exemplar).toMatchObject({ type: 'container' });
    const inner = exemplar!.value as Container;
    expect(inner.get('value')).toEqual({ type: 'double', value: 0.25 });
    const { elements } = inner.get('labels')!.value as { elements: readonly Container[] };
    expect(elements.map((label) => [label.get('key')!.value, label.get('value')!.value])).toEqual([['trace_id', 'abc']]);
  });

  it('refuses the request whose events are too long together', () => {
    const samples = Array.from({ length: 100 }, (_, i) => ({ value: i, timestamp: NOW + i }));
    const body = encode([{ labels: UP, samples }]);
    expect(() => readRequest(version, body, { maxEventsBytes: 10_000 })).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }));
  });

  it('refuses what is not protobuf', () => {
    const body = encode([{ labels: UP, samples: [{ value: 1, timestamp: NOW }] }]);
    expect(() => readRequest(version, body.subarray(0, body.length - 1))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('reads what protobufjs writes', () => {
    const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== '__name__');
    const time = fc.integer({ min: 0, max: 4e12 });
    const sample = fc.record({ value: fc.double({ noNaN: true }).filter(Number.isFinite), timestamp: time });
    const labels = fc
      .uniqueArray(fc.tuple(name, fc.string({ minLength: 1, maxLength: 20, unit: 'binary' })), { selector: ([key]) => key, maxLength: 6 })
      .map((others): Labels => [['__name__', 'metric'], ...others]);
    const series = fc.record({ labels, samples: fc.array(sample, { maxLength: 4 }), unit: fc.constantFrom('', 'seconds') });
    fc.assert(
      fc.property(fc.array(series, { maxLength: 5 }), (all) => {
        const expected: ReadMetric[] = all.flatMap(({ labels: own, samples }) =>
          samples.map(({ value, timestamp }) => ({
            value,
            timestampMs: timestamp,
            tags: [TYPE_TAG, ...own.map(([key, text]) => [key === '__name__' ? '_name' : key, text] as const)],
          })),
        );
        const { message, events } = readRequest(version, encode(all));
        expect(events.map(metricOf)).toEqual(expected);
        expect(message.refused.count).toBe(0);
        const units = all.flatMap(({ unit, samples }) => samples.map(() => (unit === '' || version === 'v1' ? undefined : unit)));
        expect(events.map(({ payload }) => payload.get('unit')?.value)).toEqual(units);
      }),
    );
  });
});

describe('WriteRequest v1', () => {
  it('passes over metadata', () => {
    const { message, events } = readRequest('v1', encodeV1([], [{ type: 1, metric_family_name: 'up', help: 'x', unit: 'y' }]));
    expect(events).toHaveLength(0);
    expect(message.refused.count).toBe(0);
  });

  it('refuses text that is not UTF-8', () => {
    const body = encodeV1([{ labels: [...UP, ['z', 'MARK']], samples: [{ value: 1, timestamp: NOW }] }]);
    body[body.indexOf('MARK')] = 0xff;
    expect(readRequest('v1', body).message.refused.toString()).toContain('a label is not UTF-8');
  });
});

describe('WriteRequest v2', () => {
  const timeseries = [{ labels_refs: [1, 2], samples: [{ value: 1, timestamp: NOW }] }];

  it('refuses a table of symbols that does not begin with the empty text', () => {
    const body = encodeRequestV2({ symbols: ['__name__', 'up'], timeseries: [] });
    expect(() => readRequest('v2', body)).toThrow('The first symbol must be the empty text');
  });

  it.each([
    ['a reference beyond the table', [1, 3], 'a label refers to a symbol that is not there'],
    ['a name without a value', [1, 2, 1], 'the references to labels are not pairs'],
  ])('refuses a series with %s', (_, refs, reason) => {
    const body = encodeRequestV2({ symbols: ['', '__name__', 'up'], timeseries: [...timeseries, { ...timeseries[0], labels_refs: refs }] });
    const { message, events } = readRequest('v2', body);
    expect(events).toHaveLength(1);
    expect(message.refused.toString()).toBe(`1: ${reason} (first: series 2)`);
  });

  it('refuses a long unit, and text that is not UTF-8', () => {
    const symbols = ['', '__name__', 'up', 'u'.repeat(256), 'MARK'];
    const long = encodeRequestV2({ symbols, timeseries: [{ ...timeseries[0], metadata: { unit_ref: 3 } }] });
    expect(readRequest('v2', long).message.refused.toString()).toContain('the unit is longer than 255 bytes');
    const bad = encodeRequestV2({ symbols, timeseries: [{ ...timeseries[0], labels_refs: [1, 4] }] });
    bad[bad.indexOf('MARK')] = 0xc0;
    expect(readRequest('v2', bad).message.refused.toString()).toContain('a label is not UTF-8');
  });

  it('finds symbols that come after the series, and references that are not packed', () => {
    const symbols = encodeRequestV2({ symbols: ['', '__name__', 'up'] });
    // A sample {value: 1, timestamp: 5}: field 1 fixed64, field 2 varint.
    const value = Buffer.concat([Buffer.from([0x09]), doubleBytes(1), Buffer.from([0x10, 5])]);
    const series = Buffer.concat([Buffer.from([0x08, 1, 0x08, 2, 0x12, value.length]), value]);
    const { events } = readRequest('v2', Buffer.concat([Buffer.from([0x2a, series.length]), series, symbols]));
    expect(events.map(metricOf)).toEqual([{ value: 1, timestampMs: 5, tags: [TYPE_TAG, ['_name', 'up']] }]);
  });
});

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
