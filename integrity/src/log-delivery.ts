import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { type ElasticsearchServer, freePorts, startElasticsearch } from '@hercules/stack';
import type { SpawnedApp } from '@hercules/testing';
import { Platform } from './platform.ts';

export const LOG_STREAM = 'logs_integrity';

const ELASTIC_SINK = 'apps/elastic-sink/src/main.ts';

/** Everything from the gateway to Elasticsearch: three Kafka brokers, two gateway workers, the sink. */
export class LogDelivery {
  readonly platform: Platform;
  readonly elasticsearch: ElasticsearchServer;
  readonly client: Client;
  sink!: SpawnedApp;

  private constructor(platform: Platform, elasticsearch: ElasticsearchServer) {
    this.platform = platform;
    this.elasticsearch = elasticsearch;
    this.client = new Client({ node: elasticsearch.url, maxRetries: 0, requestTimeout: 30_000 });
  }

  static async start(): Promise<LogDelivery> {
    const platform = await Platform.start({ brokers: 3, gatewayWorkers: 2, streams: [LOG_STREAM] });
    const [port, transportPort] = (await freePorts(2)) as [number, number];
    const elasticsearch = await startElasticsearch({ port, transportPort, dataDir: join(platform.dataDir, 'elasticsearch') });
    const delivery = new LogDelivery(platform, elasticsearch);
    await delivery.startSink();
    return delivery;
  }

  async startSink(): Promise<void> {
    this.sink = await this.platform.startSink(ELASTIC_SINK, { HERCULES_ELASTICSEARCH_NODES: this.elasticsearch.url });
  }

  async stop(): Promise<void> {
    await this.sink?.stop();
    await this.client.close();
    await Promise.all([this.platform.stop(), this.elasticsearch.stop()]);
  }
}
