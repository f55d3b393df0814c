import { join } from 'node:path';
import { cassandraConfigSchema, createCassandraClient } from '@hercules/cassandra';
import { type CassandraServer, freePorts, startCassandra } from '@hercules/stack';
import type { SpawnedApp } from '@hercules/testing';
import { Platform } from './platform.ts';

export const TRACE_STREAM = 'traces_integrity';

const CASSANDRA_SINK = 'apps/cassandra-sink/src/main.ts';

/** Everything from the gateway to Cassandra: one Kafka broker, the gateway, the sink. */
export class TraceDelivery {
  readonly platform: Platform;
  readonly cassandra: CassandraServer;
  readonly client: ReturnType<typeof createCassandraClient>;
  sink!: SpawnedApp;

  private constructor(platform: Platform, cassandra: CassandraServer) {
    this.platform = platform;
    this.cassandra = cassandra;
    this.client = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [cassandra.contactPoint] }));
  }

  static async start(): Promise<TraceDelivery> {
    const platform = await Platform.start({ brokers: 1, gatewayWorkers: 1, streams: [TRACE_STREAM] });
    const [port, storagePort] = (await freePorts(2)) as [number, number];
    const cassandra = await startCassandra({ port, storagePort, dataDir: join(platform.dataDir, 'cassandra') });
    const delivery = new TraceDelivery(platform, cassandra);
    await delivery.startSink();
    return delivery;
  }

  async startSink(): Promise<void> {
    this.sink = await this.platform.startSink(CASSANDRA_SINK, { HERCULES_CASSANDRA_CONTACT_POINTS: this.cassandra.contactPoint });
  }

  async stop(): Promise<void> {
    await this.sink?.stop();
    await this.client.shutdown();
    await Promise.all([this.platform.stop(), this.cassandra.stop()]);
  }
}
