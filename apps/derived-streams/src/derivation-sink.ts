import type { Audit, GroupLedger } from '@hercules/audit';
import { BatchConsumer, type BatchingProducer, type KafkaCluster, type MeasuredConsumer } from '@hercules/kafka';
import type { Derivation } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { type CopyBatch, createDeadLetters, type FindPartitions, type MeasuredSink, SinkLoop } from '@hercules/sink';
import type { DerivedStreamsConfig } from './config.ts';
import { createDerivationAdapter } from './derivation-adapter.ts';

/** The consumer group of a derived stream is the original's (model §6): a stream goes on where the original has stopped. */
export function derivationGroupId({ name, isSplitter }: Derivation): string {
  return isSplitter ? `hercules.splitter.${name}` : `hercules.sink.stream.${name}`;
}

export interface DerivationParts {
  readonly applicationId: string;
  readonly config: DerivedStreamsConfig;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly audit: Pick<Audit, 'ledger'>;
  readonly findPartitions: FindPartitions;
  readonly logger: Logger;
}

/** What fills one derived stream or the outputs of one splitter: a consumer group and a loop of its own. */
export class DerivationSink {
  readonly derivation: Derivation;
  readonly measured: MeasuredSink & MeasuredConsumer;
  readonly #loop: SinkLoop<CopyBatch>;
  readonly #consumer: BatchConsumer;
  readonly #ledger: GroupLedger | undefined;

  constructor(derivation: Derivation, { applicationId, config, cluster, producer, audit, findPartitions, logger }: DerivationParts) {
    this.derivation = derivation;
    const groupId = derivationGroupId(derivation);
    const { maxBufferedBytes, sessionTimeoutMs } = config.sink;
    const deadLetters = createDeadLetters({ applicationId, groupId, cluster, producer, settings: config.sink, logger });
    this.#ledger = audit.ledger(groupId);
    const adapter = createDerivationAdapter(derivation, { producer, findPartitions });
    this.#loop = new SinkLoop(adapter, deadLetters, config.sink, logger, this.#ledger);
    const options = { groupId, topics: derivation.sources, maxBufferedBytes, sessionTimeoutMs };
    this.#consumer = new BatchConsumer(cluster, options, this.#loop, logger);
    const kind = derivation.isSplitter ? 'splitter' : 'derived';
    this.measured = { labels: { sink: `${kind}/${derivation.name}` }, loop: this.#loop, consumer: this.#consumer };
  }

  start(): Promise<void> {
    return this.#loop.start(this.#consumer);
  }

  /** A derivation may go while the app stays: its counts go with it. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#ledger?.close();
  }
}
