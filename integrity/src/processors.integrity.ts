import { type TopicRecord, waitFor } from '@hercules/testing';
import { AcknowledgedLoad } from './acknowledged-load.ts';
import { BinaryBatches } from './binary-batches.ts';
import { countedEvents, windowOf } from './counted-events.ts';
import { eventDifferences, eventsById, tagTexts, withTag } from './derived-events.ts';
import type { DisorderedEvents, RepeatableEvent } from './disordered-events.ts';
import { leveledEvents } from './leveled-events.ts';
import type { ProcessorPair } from './processor-pair.ts';
import {
  type CountTopics,
  dependenciesTopic,
  EVENT_STREAM,
  FAILED_FILTERS,
  FAILED_STREAM,
  ProcessorStand,
  SAMPLE_STREAM,
  SHARED_STREAMS,
  SPAN_STREAM,
} from './processor-stand.ts';
import { recountedMetrics } from './recounted-metrics.ts';
import { recountedSpans } from './recounted-spans.ts';
import { BUCKET_MS, sampledMetric, sampledMetrics } from './sampled-metrics.ts';
import { shopTraces, strayedSpan } from './shop-traces.ts';
import { acknowledgedMore } from './stored-once.ts';
import { storedEdges } from './stored-edges.ts';
import { metricDifferences, type StoredMetric, storedMetrics } from './stored-metrics.ts';

/** Event time begins here: so early that the load, whose time is faster than the clock, stays in the past. */
const START_MS = Date.now() - 3_600_000;
/** The windows and traces of the load are over, and none of them is closed. */
const CLOSING_MS = 12_000;
const METRICS: CountTopics = { group: 'metrics', output: 'metrics_aggregated' };
const TRACES: CountTopics = { group: 'traces', output: 'metrics_traces' };
const METRICS_AGAIN = { group: 'metrics_again', output: 'metrics_aggregated_again' };
const TRACES_AGAIN = { group: 'traces_again', output: 'metrics_traces_again' };

/**
 * Processors on three Kafka brokers (replication factor 3, min.insync.replicas 2), two instances of each, under a load in disorder. What is left in their output, of each id the last record, must
 * be what a plain recomputation from the records of the input gives: nothing is missing, and nothing is counted twice.
 */
describe('what processors make of a stream', () => {
  let stand: ProcessorStand;
  let processors: readonly ProcessorPair[];
  let loads: readonly AcknowledgedLoad[] = [];

  beforeAll(async () => {
    stand = await ProcessorStand.start();
  });

  afterAll(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    await stand?.stop();
  });

  function startLoad(stream: string, events: DisorderedEvents): AcknowledgedLoad {
    return new AcknowledgedLoad(new BinaryBatches(stand.platform.target(stream), events), { producers: 1, pauseMs: 100 });
  }

  /** More events are acknowledged in each of the streams. */
  async function allAcknowledgedMore(count: number): Promise<void> {
    await Promise.all(loads.map((load) => acknowledgedMore(load, count, 120_000)));
  }

  /** Lets time go on in every partition, so that the last windows and traces are told. */
  async function close(stream: string, events: DisorderedEvents, event: (timeMs: number) => RepeatableEvent): Promise<void> {
    const batches = new BinaryBatches(stand.platform.target(stream), events.closing(event, CLOSING_MS));
    const batch = batches.next();
    await waitFor(async () => (await batch.send()) === 200, 60_000, `the end of ${stream} is acknowledged`);
    batches.close();
  }

  /** Waits until there are no differences, and shows what is left of them when there still are. */
  async function expectNone(what: string, differences: () => Promise<readonly string[]>): Promise<void> {
    await waitFor(async () => (await differences()).length === 0, 90_000, what).catch(() => undefined);
    const left = await differences();
    if (left.length > 0) console.error(await stand.report());
    expect({ what, differences: left.length, examples: left.slice(0, 10) }).toEqual({ what, differences: 0, examples: [] });
  }

  /** The last of each id, without what the processor tells of itself. */
  async function results(output: string, earlier: ReadonlySet<TopicRecord> = new Set()): Promise<Map<string, StoredMetric>> {
    const stored = storedMetrics((await stand.records(output)).filter((record) => !earlier.has(record)));
    return new Map([...stored].filter(([, { key }]) => !key.startsWith('trace_analytics_delay_ms')));
  }

  /** The load is what it is meant to be: some events have come twice, and some when their window was closed. */
  async function expectDisorder(): Promise<void> {
    const records = await stand.records(SAMPLE_STREAM);
    const counted = countedEvents(records);
    expect(counted.length).toBeLessThan(records.length);
    expect(counted.some(({ timeMs, closedMs }) => windowOf(timeMs, BUCKET_MS) + BUCKET_MS <= closedMs)).toBe(true);
  }

  async function expectDerived(): Promise<void> {
    const source = await stand.records(EVENT_STREAM);
    const failed = eventsById(withTag(source, 'level', 'Error'));
    expect(failed.size).toBeGreaterThan(0);
    await expectNone('errors are kept', async () => eventDifferences(failed, eventsById(await stand.records(FAILED_STREAM))));
    const shared = eventsById(source);
    const outputs = () => Promise.all(SHARED_STREAMS.map((stream) => stand.records(stream)));
    await expectNone('all is shared out', async () => eventDifferences(shared, eventsById((await outputs()).flat())));
    const [left, right] = (await outputs()).map((records) => tagTexts(records, 'host'));
    expect([left!.size, right!.size]).not.toContain(0);
    expect([...left!].filter((host) => right!.has(host))).toEqual([]);
  }

  /** @param earlier records that do not count */
  async function expectAggregated({ output }: CountTopics, earlier?: ReadonlySet<TopicRecord>): Promise<void> {
    const expected = recountedMetrics(await stand.records(SAMPLE_STREAM));
    expect(expected.size).toBeGreaterThan(0);
    await expectNone(`${output} is as counted again`, async () => metricDifferences(expected, await results(output, earlier)));
  }

  async function expectAnalysed(topics: CountTopics, earlier?: ReadonlySet<TopicRecord>): Promise<void> {
    const { metrics, edges } = recountedSpans(await stand.records(SPAN_STREAM));
    expect(edges.size).toBeGreaterThan(0);
    await expectNone(`${topics.output} is as counted again`, async () => metricDifferences(metrics, await results(topics.output, earlier)));
    await waitFor(
      async () => {
        expect(storedEdges(await stand.records(dependenciesTopic(topics)))).toEqual(edges);
        return true;
      },
      30_000,
      `the edges of ${topics.group} are as counted again`,
    );
  }

  it('is what a recomputation gives, after kills of instances and of a partition’s leader under load', async () => {
    processors = [stand.derivedStreams(2), await stand.metricAggregator(METRICS), await stand.traceAnalytics(TRACES)];
    await Promise.all(processors.map((pair) => pair.start(2)));
    const events = leveledEvents(START_MS);
    const samples = sampledMetrics(START_MS);
    const spans = shopTraces(START_MS);
    loads = [startLoad(EVENT_STREAM, events), startLoad(SAMPLE_STREAM, samples), startLoad(SPAN_STREAM, spans)];
    for (const output of [FAILED_STREAM, METRICS.output, TRACES.output]) {
      await waitFor(async () => (await stand.records(output)).length > 100, 60_000, `${output} is being filled`);
    }
    await allAcknowledgedMore(1000);

    await Promise.all(processors.map((pair) => pair.killFirst()));
    await Promise.all(processors.map((pair) => pair.isSharedOut()));
    await allAcknowledgedMore(500);
    await Promise.all(processors.map((pair) => pair.start()));
    await allAcknowledgedMore(500);

    const leader = stand.leaderOf(SPAN_STREAM, 0);
    await stand.platform.kafka.killBroker(leader);
    await allAcknowledgedMore(1000);
    await stand.platform.kafka.startBroker(leader);
    await stand.platform.kafka.waitUntilReady();
    await allAcknowledgedMore(500);

    expect(await Promise.all(processors.map((pair) => pair.stopFirst()))).toEqual([0, 0, 0]);
    await Promise.all(processors.map((pair) => pair.isSharedOut()));
    await allAcknowledgedMore(500);

    await Promise.all(loads.map((load) => load.stop()));
    await close(SAMPLE_STREAM, samples, (timeMs) => sampledMetric(timeMs, 'sum.clock', 0));
    await close(SPAN_STREAM, spans, strayedSpan);
    await expectDisorder();
    await expectDerived();
    await expectAggregated(METRICS);
    await expectAnalysed(TRACES);
  });

  it('has the same ids and values when the same hour is counted again, and again', async () => {
    await Promise.all(processors.map((pair) => pair.stop()));
    // What they have written while they stopped changes nothing.
    await expectAggregated(METRICS);
    await expectAnalysed(TRACES);
    for (const pass of ['first', 'second']) {
      const metrics = { ...METRICS_AGAIN, group: `${METRICS_AGAIN.group}_${pass}` };
      const traces = { ...TRACES_AGAIN, group: `${TRACES_AGAIN.group}_${pass}` };
      const pairs = [await stand.metricAggregator(metrics), await stand.traceAnalytics(traces)];
      const earlier = new Set([...(await stand.records(metrics.output)), ...(await stand.records(traces.output))]);
      await Promise.all(pairs.map((pair) => pair.start()));
      await expectAggregated(metrics, earlier);
      await expectAnalysed(traces, earlier);
      await Promise.all(pairs.map((pair) => pair.stop()));
    }
    for (const [live, again] of [
      [METRICS.output, METRICS_AGAIN.output],
      [TRACES.output, TRACES_AGAIN.output],
    ] as const) {
      const ids = async (output: string): Promise<string[]> => [...(await results(output)).keys()].sort();
      expect(await ids(again)).toEqual(await ids(live));
    }
  });

  it('has the same ids after a replay of its source, and another', async () => {
    const copy = 'events_copied';
    const failedAgain = 'events_failed_again';
    await stand.platform.createStream({ type: 'base', name: copy, shardingKey: [] });
    await stand.platform.createStream({
      type: 'derived',
      name: failedAgain,
      streams: [copy],
      filters: FAILED_FILTERS,
      shardingKey: ['host'],
    });
    await stand.derivedStreams(3).start();
    const source = await stand.records(EVENT_STREAM);
    for (let replays = 1; replays <= 2; replays++) {
      const request = { stream: EVENT_STREAM, from: '-1h', target: { type: 'stream', stream: copy } };
      const { id } = JSON.parse(await stand.platform.manage('/replays', request)) as { id: string };
      await waitFor(
        async () => (JSON.parse(await stand.platform.ask(`/replays/info?id=${id}`)) as { state: string }).state === 'done',
        60_000,
        'the replay is done',
      );
      await expectNone('every event is copied', async () => eventDifferences(eventsById(source), eventsById(await stand.records(copy))));
      expect((await stand.records(copy)).length).toBe(replays * source.length);
      const failed = withTag(source, 'level', 'Error');
      await waitFor(async () => (await stand.records(failedAgain)).length >= replays * failed.length, 60_000, 'the copies are filtered');
      await expectNone('errors are kept', async () => eventDifferences(eventsById(failed), eventsById(await stand.records(failedAgain))));
    }
  });
});
