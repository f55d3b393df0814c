import { join } from 'node:path';
import { AppProcess, freePort } from '@hercules/service/testing';
import { BROKERS, type TestTopics } from './kafka-servers.ts';

const CASSANDRA_SINK = join(__dirname, '..', '..', 'cassandra-sink', 'src', 'main.ts');

/** A cassandra-sink that makes the tables of the timelines in these metadata, on the real Cassandra of the tests. */
export async function tableOwner({ metadata, suffix }: TestTopics): Promise<AppProcess> {
  const app = new AppProcess({
    entry: CASSANDRA_SINK,
    env: {
      HERCULES_HTTP_PORT: String(await freePort()),
      HERCULES_KAFKA_BROKERS: BROKERS,
      HERCULES_METADATA_TOPIC: metadata,
      HERCULES_CASSANDRA_CONTACT_POINTS: process.env['HERCULES_TEST_CASSANDRA'] ?? '127.0.0.1:9042',
      HERCULES_TIMELINES_KEYSPACE: `management_${suffix}`,
      HERCULES_TRACING_ENABLED: 'false',
    },
  });
  await app.waitForStatus(200, 30_000);
  return app;
}
