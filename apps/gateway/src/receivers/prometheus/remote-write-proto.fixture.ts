import { parse } from 'protobufjs';

/** The parts that both versions of the message share, in the form of each (types.proto of Prometheus, without what is deprecated). */
const SHARED = `
  message BucketSpan { sint32 offset = 1; uint32 length = 2; }
  message Histogram {
    oneof count { uint64 count_int = 1; double count_float = 2; }
    double sum = 3;
    sint32 schema = 4;
    double zero_threshold = 5;
    oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
    repeated BucketSpan negative_spans = 8;
    repeated sint64 negative_deltas = 9;
    repeated double negative_counts = 10;
    repeated BucketSpan positive_spans = 11;
    repeated sint64 positive_deltas = 12;
    repeated double positive_counts = 13;
    int32 reset_hint = 14;
    int64 timestamp = 15;
    repeated double custom_values = 16;
    int64 start_timestamp = 17;
  }
  message Sample { double value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
`;

const V1 = `
  syntax = "proto3";
  package prometheus;
  ${SHARED}
  message Label { string name = 1; string value = 2; }
  message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
  message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
  message TimeSeries {
    repeated Label labels = 1;
    repeated Sample samples = 2;
    repeated Exemplar exemplars = 3;
    repeated Histogram histograms = 4;
  }
  message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
`;

const V2 = `
  syntax = "proto3";
  package io.prometheus.write.v2;
  ${SHARED}
  message Exemplar { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
  message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
  message TimeSeries {
    repeated uint32 labels_refs = 1;
    repeated Sample samples = 2;
    repeated Histogram histograms = 3;
    repeated Exemplar exemplars = 4;
    Metadata metadata = 5;
    int64 created_timestamp = 6;
  }
  message Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
`;

const writeRequest = parse(V1, { keepCase: true }).root.lookupType('prometheus.WriteRequest');
const request = parse(V2, { keepCase: true }).root.lookupType('io.prometheus.write.v2.Request');

export type Labels = readonly (readonly [name: string, value: string])[];

export interface SampleFixture {
  readonly value: number;
  readonly timestamp: number;
}

export interface ExemplarFixture extends SampleFixture {
  readonly labels: Labels;
}

/** Fields as the message has them. */
export type HistogramFixture = Readonly<Record<string, unknown>> & { readonly timestamp: number };

export interface SeriesFixture {
  readonly labels: Labels;
  readonly samples?: readonly SampleFixture[];
  readonly histograms?: readonly HistogramFixture[];
  readonly exemplars?: readonly ExemplarFixture[];
  readonly unit?: string;
}

/** `prometheus.WriteRequest` through protobufjs, to check our own reading against. */
export function encodeV1(series: readonly SeriesFixture[], metadata: readonly object[] = []): Buffer {
  const pairs = (labels: Labels): object[] => labels.map(([name, value]) => ({ name, value }));
  const timeseries = series.map(({ labels, samples, histograms, exemplars }) => ({
    labels: pairs(labels),
    samples,
    histograms,
    exemplars: exemplars?.map((exemplar) => ({ ...exemplar, labels: pairs(exemplar.labels) })),
  }));
  return Buffer.from(writeRequest.encode(writeRequest.fromObject({ timeseries, metadata })).finish());
}

/** `io.prometheus.write.v2.Request` through protobufjs. */
export function encodeV2(series: readonly SeriesFixture[]): Buffer {
  const symbols = [''];
  const ref = (text: string): number => {
    const known = symbols.indexOf(text);
    return known >= 0 ? known : symbols.push(text) - 1;
  };
  const refs = (labels: Labels): number[] => labels.flatMap(([name, value]) => [ref(name), ref(value)]);
  const timeseries = series.map(({ labels, samples, histograms, exemplars, unit }) => ({
    labels_refs: refs(labels),
    samples,
    histograms,
    exemplars: exemplars?.map(({ labels: own, value, timestamp }) => ({ labels_refs: refs(own), value, timestamp })),
    metadata: { type: 1, help_ref: ref('What it is'), unit_ref: ref(unit ?? '') },
  }));
  return encodeRequestV2({ symbols, timeseries });
}

/** Fields as they are given. */
export function encodeRequestV2(fields: object): Buffer {
  return Buffer.from(request.encode(request.fromObject(fields)).finish());
}

/** Version 2 with the items left unread: what is in them does not matter to their number. */
const counted = parse(
  `syntax = "proto3";
  message TimeSeries { repeated bytes samples = 2; repeated bytes histograms = 3; repeated bytes exemplars = 4; }
  message Request { repeated TimeSeries timeseries = 5; }`,
).root.lookupType('Request');

/** How many items of all kinds a request of version 2 has, as protobufjs reads it. */
export function countItemsV2(body: Buffer): number {
  const { timeseries } = counted.decode(body) as unknown as {
    readonly timeseries: readonly { readonly samples: unknown[]; readonly histograms: unknown[]; readonly exemplars: unknown[] }[];
  };
  return timeseries.reduce((sum, { samples, histograms, exemplars }) => sum + samples.length + histograms.length + exemplars.length, 0);
}
