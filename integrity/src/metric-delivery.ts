import { join } from 'node:path';
import { freePorts, type GraphiteServer, startGraphite } from '@hercules/stack';
import type { SpawnedApp } from '@hercules/testing';
import { Platform } from './platform.ts';

export const METRIC_STREAM = 'metrics_integrity';

const GRAPHITE_SINK = 'apps/graphite-sink/src/main.ts';

/** Everything from the gateway to Graphite: one Kafka broker, the gateway, the sink. */
export class MetricDelivery {
  readonly platform: Platform;
  readonly graphite: GraphiteServer;
  sink!: SpawnedApp;

  private constructor(platform: Platform, graphite: GraphiteServer) {
    this.platform = platform;
    this.graphite = graphite;
  }

  static async start(): Promise<MetricDelivery> {
    const platform = await Platform.start({ brokers: 1, gatewayWorkers: 1, streams: [METRIC_STREAM] });
    const [plaintextPort, picklePort, queryPort, webPort] = (await freePorts(4)) as [number, number, number, number];
    const graphite = await startGraphite({ plaintextPort, picklePort, queryPort, webPort, dataDir: join(platform.dataDir, 'graphite') });
    const delivery = new MetricDelivery(platform, graphite);
    await delivery.startSink();
    return delivery;
  }

  async startSink(): Promise<void> {
    this.sink = await this.platform.startSink(GRAPHITE_SINK, { HERCULES_GRAPHITE_LOCAL_ENDPOINTS: this.graphite.plaintext });
  }

  async stop(): Promise<void> {
    await this.sink?.stop();
    await Promise.all([this.platform.stop(), this.graphite.stop()]);
  }
}
