import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchConsumer,
  BatchingProducer,
  KafkaAdmin,
  type KafkaCluster,
  type MeasuredConsumer,
  type ProducerOptions,
  type SubscriptionOptions,
} from '@hercules/kafka';
import { HerculesError, type Logger } from '@hercules/protocol';
import type { AggregateCodec } from './aggregate-codec.ts';
import type { ProcessorConfig, WindowConfig } from './config.ts';
import type { EventAssigner } from './event-assigner.ts';
import { MergeProcessor, newMergeCounters, type ResultWriter, type RollUps } from './merge-processor.ts';
import { Output } from './output.ts';
import { PartialsProcessor } from './partials-processor.ts';
import { ProcessorLoop } from './processor-loop.ts';
import { newWindowCounters } from './window-counters.ts';

export interface PartialsTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionMs: number;
}

export interface TwoStageOptions<A> {
  readonly cluster: KafkaCluster;
  readonly input: SubscriptionOptions & { readonly groupId: string };
  readonly partials: PartialsTopic;
  readonly outputTopics: readonly string[];
  readonly processor: ProcessorConfig;
  readonly windows: WindowConfig;
  readonly producer: ProducerOptions;
  readonly codec: AggregateCodec<A>;
  readonly createAssigner: () => EventAssigner<A>;
  readonly rollUps?: RollUps;
  /** Makes what writes the results of merged windows, one for each partition of the partial results, whose number it is told. */
  readonly createWriter: (output: Output, partition: number) => ResultWriter<A>;
  readonly logger: Logger;
}

const RETRY_MS = 500;
/** The missing stream is told of once in so many attempts. */
const SAY_EVERY = 60;

/**
 * An aggregation over event time that works across instances (docs/decisions/008-processor-state.md): a first consumer group counts each input partition for itself and writes partial results to a
 * topic; a second group merges them by series and writes the results. Any number of processes may run it.
 */
export class TwoStageAggregation<A> {
  readonly counters = newWindowCounters();
  readonly mergeCounters = newMergeCounters();
  readonly producer: BatchingProducer;
  readonly #options: TwoStageOptions<A>;
  readonly #stopSignal = new AbortController();
  readonly #counting: ProcessorLoop;
  readonly #merging: ProcessorLoop;
  readonly #countingConsumer: BatchConsumer;
  readonly #mergingConsumer: BatchConsumer;
  /** Each stage waits for its own output only. */
  readonly #countingOutput: Output;
  readonly #mergingOutput: Output;

  constructor(options: TwoStageOptions<A>) {
    const { cluster, input, partials, processor, windows, producer, codec, createAssigner, createWriter, logger } = options;
    this.#options = options;
    this.producer = new BatchingProducer(cluster, producer, logger);
    this.#countingOutput = new Output(this.producer);
    this.#mergingOutput = new Output(this.producer);
    this.#counting = new ProcessorLoop(
      (source, restored, output) =>
        new PartialsProcessor({
          source,
          restored,
          output,
          topic: partials.topic,
          settings: windows,
          codec,
          assigner: createAssigner(),
          counters: this.counters,
          countSources: () => this.#countingConsumer.subscribedPartitions,
          nowMs: Date.now(),
        }),
      this.#countingOutput,
      processor,
      logger,
    );
    this.#merging = new ProcessorLoop(
      ({ partition }, restored, output) =>
        new MergeProcessor({
          restored,
          settings: windows,
          codec,
          ...(options.rollUps === undefined ? {} : { rollUps: options.rollUps }),
          counters: this.mergeCounters,
          writer: createWriter(output, partition),
        }),
      this.#mergingOutput,
      processor,
      logger,
    );
    const { maxBufferedBytes, sessionTimeoutMs } = processor;
    const shared = { maxBufferedBytes, sessionTimeoutMs };
    const exclusions = [...(input.exclusions ?? []), ...options.outputTopics];
    this.#countingConsumer = new BatchConsumer(cluster, { ...shared, ...input, exclusions }, this.#counting, logger);
    this.#mergingConsumer = new BatchConsumer(
      cluster,
      // Small records that others wait for.
      { ...shared, groupId: `${input.groupId}.merge`, topics: [partials.topic], maxWaitMs: 100 },
      this.#merging,
      logger,
    );
  }

  /**
   * Makes the topic of partial results if it is missing, waits for those of the output, and begins. The cluster must be connected.
   * @throws HerculesError KAFKA_UNAVAILABLE
   */
  async start(): Promise<void> {
    const { cluster, partials, outputTopics, logger } = this.#options;
    const { topic, partitions, replicationFactor, retentionMs } = partials;
    const configs = { 'retention.ms': String(retentionMs) };
    if (await new KafkaAdmin(cluster).createTopic({ topic, partitions, replicationFactor, configs })) {
      logger.info({ topic, partitions, replicationFactor }, 'the topic of partial results is created');
    }
    await this.producer.start();
    for (const name of [topic, ...outputTopics]) await this.#waitForTopic(name);
    if (this.#stopSignal.signal.aborted) return;
    await this.#merging.start(this.#mergingConsumer);
    await this.#counting.start(this.#countingConsumer);
  }

  async stop(): Promise<void> {
    this.#stopSignal.abort();
    await this.#counting.stop();
    await this.#merging.stop();
    await this.producer.close(5000);
  }

  async #waitForTopic(topic: string): Promise<void> {
    const { signal } = this.#stopSignal;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.producer.prepareTopic(topic);
        return;
      } catch (error) {
        if (!(error instanceof HerculesError && error.code === 'STREAM_NOT_FOUND')) throw error;
        if (attempt % SAY_EVERY === 0)
          this.#options.logger.warn({ topic }, 'the stream for results is not there; create it, or wait for whoever does');
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The two loops by the names of their stages. */
  get stages(): { readonly stage: 'count' | 'merge'; readonly loop: ProcessorLoop }[] {
    return [
      { stage: 'count', loop: this.#counting },
      { stage: 'merge', loop: this.#merging },
    ];
  }

  consumers(): MeasuredConsumer[] {
    return [
      { labels: { stage: 'count' }, consumer: this.#countingConsumer },
      { labels: { stage: 'merge' }, consumer: this.#mergingConsumer },
    ];
  }
}
