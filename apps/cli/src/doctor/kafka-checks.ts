import { KafkaAdmin, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import type { Finding } from './finding.ts';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const META_TOPIC = 'hercules_meta';

/**
 * Whether Kafka answers, whether each stream has its topic, and whether what is written there outlives a broker.
 * @param streams names of all streams; undefined when they could not be read
 */
export async function checkKafka(brokers: readonly string[] | undefined, streams: readonly string[] | undefined): Promise<Finding[]> {
  if (brokers === undefined) return [{ check: 'kafka', status: 'skipped', detail: 'no brokers are set' }];
  const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers, clientId: 'hercules-cli', startTimeoutMs: 5000 }), SILENT);
  try {
    await cluster.connect();
    const admin = new KafkaAdmin(cluster);
    const topics = await admin.listTopics();
    const findings: Finding[] = [{ check: 'kafka', status: 'ok', detail: `answers at ${brokers.join(', ')}, ${topics.length} topics` }];
    const missing = (streams ?? []).filter((name) => !topics.includes(name));
    if (missing.length > 0)
      findings.push({
        check: 'topics',
        status: 'failed',
        detail: `streams without a topic: ${missing.join(', ')}`,
        advice: 'Delete and create these streams again; somebody has deleted their topics.',
      });
    const kept = [META_TOPIC, ...(streams ?? [])].filter((name) => topics.includes(name));
    const described = await Promise.all(
      kept.map(async (topic) => ({
        topic,
        replicas: (await admin.describeTopic(topic))?.replicationFactor ?? 0,
        inSync: Number((await admin.topicConfig(topic)).get('min.insync.replicas') ?? 1),
      })),
    );
    const single = described.filter(({ replicas }) => replicas === 1);
    const loose = described.filter(({ replicas, inSync }) => replicas > 1 && inSync < 2);
    const stuck = described.filter(({ replicas, inSync }) => inSync > replicas);
    if (stuck.length > 0)
      findings.push(
        insync(
          'failed',
          stuck,
          'take no writes: min.insync.replicas is above the replication factor',
          'Lower min.insync.replicas of these topics.',
        ),
      );
    if (loose.length > 0)
      findings.push(insync('warning', loose, 'may lose acknowledged events with one broker', 'Set min.insync.replicas=2 on these topics.'));
    if (single.length > 0)
      findings.push(
        insync('warning', single, 'have one replica', 'Fine on one machine; in production set replicationFactor 3 in management-api.'),
      );
    if (stuck.length + loose.length + single.length === 0)
      findings.push({ check: 'replicas', status: 'ok', detail: 'all topics outlive a broker' });
    return findings;
  } catch (error) {
    const detail = `${brokers.join(', ')}: ${(error as Error).message}`;
    return [{ check: 'kafka', status: 'failed', detail, advice: 'Start Kafka, or correct brokers. TLS and SASL are not spoken here.' }];
  } finally {
    await cluster.close();
  }
}

function insync(status: Finding['status'], topics: readonly { readonly topic: string }[], what: string, advice: string): Finding {
  const shown = topics.slice(0, 5).map(({ topic }) => topic);
  const more = topics.length > shown.length ? ` and ${topics.length - shown.length} more` : '';
  return { check: 'replicas', status, detail: `${shown.join(', ')}${more} ${what}`, advice };
}
