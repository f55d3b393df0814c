import type { Audit } from '@hercules/audit';
import { BatchConsumer, type BatchingProducer, type KafkaCluster } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { createDeadLetters, createEventFilter, type MeasuredSink, sinkGroupId, SinkLoop } from '@hercules/sink';
import type { Client } from 'cassandra-driver';
import type { CassandraSinkConfig } from '../config.ts';
import type { PartitionedWriter } from '../writer/partitioned-writer.ts';
import { KnownNames } from './known-names.ts';
import { prepareSpans } from './prepare-spans.ts';
import { SpanAdapter } from './span-adapter.ts';
import { SpanRowEncoder } from './span-rows.ts';

export interface SpanParts {
  readonly applicationId: string;
  readonly config: CassandraSinkConfig;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly audit: Pick<Audit, 'ledger'>;
  readonly client: Client;
  readonly writer: PartitionedWriter;
  readonly logger: Logger;
}

export interface SpanSink {
  readonly measured: MeasuredSink;
  readonly consumer: BatchConsumer;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What stores the spans of the streams that the patterns name. */
export function createSpanSink({ applicationId, config, cluster, producer, audit, client, writer, logger }: SpanParts): SpanSink {
  const { sink, tracing } = config;
  const groupId = sinkGroupId(applicationId, sink);
  const deadLetters = createDeadLetters({ applicationId, groupId, cluster, producer, settings: sink, logger });
  const adapter = new SpanAdapter({
    encoder: new SpanRowEncoder(new KnownNames(tracing.knownNames, tracing.namesRefreshMs)),
    writer,
    filters: sink.filters.map(createEventFilter),
    prepare: (signal) => prepareSpans(client, config, logger, signal),
  });
  const loop = new SinkLoop(adapter, deadLetters, sink, logger, audit.ledger(groupId));
  const consumer = new BatchConsumer(cluster, { ...sink, groupId }, loop, logger);
  return { measured: { labels: { sink: 'spans' }, loop, consumer }, consumer, start: () => loop.start(consumer), stop: () => loop.stop() };
}
