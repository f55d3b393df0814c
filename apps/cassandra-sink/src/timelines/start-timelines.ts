import type { Audit } from '@hercules/audit';
import type { BatchingProducer, KafkaCluster } from '@hercules/kafka';
import { type MetadataRegistry, stringifyJson, tableKey, type Timeline } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import { createDeadLetters, type MeasuredSink } from '@hercules/sink';
import type { Client } from 'cassandra-driver';
import type { CassandraSinkConfig } from '../config.ts';
import type { PartitionedWriter } from '../writer/partitioned-writer.ts';
import { TimelineAdapter } from './timeline-adapter.ts';
import { TimelineOwner } from './timeline-owner.ts';
import { TimelineSink } from './timeline-sink.ts';
import { TimelineTables } from './timeline-tables.ts';

export interface TimelineParts {
  readonly applicationId: string;
  readonly config: CassandraSinkConfig;
  readonly cluster: KafkaCluster;
  readonly producer: BatchingProducer;
  readonly audit: Pick<Audit, 'ledger'>;
  readonly registry: MetadataRegistry;
  readonly client: Client;
  readonly writer: PartitionedWriter;
  readonly logger: Logger;
}

export interface RunningTimelines {
  sinks(): Iterable<MeasuredSink>;
  stop(): Promise<void>;
}

/** Looks after the timelines of the metadata from now on. */
export function startTimelines({
  applicationId,
  config,
  cluster,
  producer,
  audit,
  registry,
  client,
  writer,
  logger,
}: TimelineParts): RunningTimelines {
  const { timelines, sink } = config;
  const createSink = (timeline: Timeline): TimelineSink =>
    new TimelineSink(timeline, {
      cluster,
      audit,
      adapter: new TimelineAdapter(client, writer, timelines.keyspace, timeline),
      createDeadLetters: ({ groupId }) => createDeadLetters({ applicationId, groupId, cluster, producer, settings: sink, logger }),
      settings: sink,
      logger,
    });
  const owner = new TimelineOwner({
    source: registry,
    tables: new TimelineTables(client, config),
    isMine: (name) => timelines.names.length === 0 || timelines.names.includes(name),
    createSink,
    report: async (name, report) => {
      const value = Buffer.from(stringifyJson({ ...report, instance: config.instanceId, at: Date.now() }));
      await producer.sendOne(registry.topic, Buffer.from(tableKey(name)), value, { partition: 0 });
    },
    retry: sink,
    logger,
  });
  owner.start();
  return {
    *sinks() {
      for (const running of owner.sinks()) if (running instanceof TimelineSink) yield running.measured;
    },
    stop: () => owner.stop(),
  };
}
