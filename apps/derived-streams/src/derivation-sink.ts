import { BatchConsumer, type BatchingProducer, type KafkaCluster, type MeasuredConsumer } from '@hercules/kafka';
import type { Derivation } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { createDeadLetters, type MeasuredSink, SinkLoop } from '@hercules/sink';
import type { DerivedStreamsConfig } from './config.ts';
import type { CopyBatch } from './copy-batch.ts';
import { DerivationAdapter, type FindPartitions } from './derivation-adapter.ts';

/** The consumer group of a derived stream is the original's (model §6): a stream goes on where the original has stopped. */
export function derivationGroupId({ name, isSplitter }: Derivation): string {
  return isSplitter ? `hercules.splitter.${name}` : `hercules.sink.stream.${name}`;
}

export interface DerivationParts {
  readonly applicationId: string;
  readonly config: DerivedStreamsConfig;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly findPartitions: FindPartitions;
  readonly logger: Logger;
}

/** What fills one derived stream or the outputs of one splitter: a consumer group and a loop of its own. */
export class DerivationSink {
  readonly derivation: Derivation;
  readonly measured: MeasuredSink & MeasuredConsumer;
  readonly #loop: SinkLoop<CopyBatch>;
  readonly #consumer: BatchConsumer;

  constructor(derivation: Derivation, { applicationId, config, cluster, producer, findPartitions, logger }: DerivationParts) {
    this.derivation = derivation;
    const groupId = derivationGroupId(derivation);
    const { maxBufferedBytes, sessionTimeoutMs } = config.sink;
    const deadLetters = createDeadLetters({ applicationId, groupId, cluster, producer, settings: config.sink, logger });
    this.#loop = new SinkLoop(new DerivationAdapter(producer, derivation, findPartitions), deadLetters, config.sink, logger);
    const options = { groupId, topics: derivation.sources, maxBufferedBytes, sessionTimeoutMs };
    this.#consumer = new BatchConsumer(cluster, options, this.#loop, logger);
    const kind = derivation.isSplitter ? 'splitter' : 'derived';
    this.measured = { labels: { sink: `${kind}/${derivation.name}` }, loop: this.#loop, consumer: this.#consumer };
  }

  start(): Promise<void> {
    return this.#loop.start(this.#consumer);
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }
}
