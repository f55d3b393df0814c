import type { Audit } from '@hercules/audit';
import { BatchConsumer, type BatchingProducer, type KafkaCluster } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { createDeadLetters, type MeasuredSink, sinkGroupId, SinkLoop } from '@hercules/sink';
import type { Client } from 'cassandra-driver';
import type { CassandraSinkConfig } from '../config.ts';
import type { PartitionedWriter } from '../writer/partitioned-writer.ts';
import { createSpanAdapter } from './create-span-adapter.ts';

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
  const { sink } = config;
  const groupId = sinkGroupId(applicationId, sink);
  const deadLetters = createDeadLetters({ applicationId, groupId, cluster, producer, settings: sink, logger });
  const adapter = createSpanAdapter({ config, client, writer, logger });
  const loop = new SinkLoop(adapter, deadLetters, sink, logger, audit.ledger(groupId));
  const consumer = new BatchConsumer(cluster, { ...sink, groupId }, loop, logger);
  return { measured: { labels: { sink: 'spans' }, loop, consumer }, consumer, start: () => loop.start(consumer), stop: () => loop.stop() };
}
