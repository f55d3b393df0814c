import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchConsumer, BatchingProducer, KafkaAdmin, KafkaCluster, kafkaConfigSchema, type RecordBlock } from '@hercules/kafka';
import type { Logger } from '@hercules/protocol';
import { freePorts, type KafkaServer, startKafka } from '@hercules/stack';
import { temporaryFolder, waitFor } from '../src/index.ts';
import { createScramUser } from './scram-users.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './test-certificate.ts';

jest.setTimeout(60_000);

const USER = 'hercules';
const PASSWORD = 'a password';
const RECORDS = 1000;
const LOGIN = 'org.apache.kafka.common.security';
const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Mechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

describe('a Kafka that wants TLS and a login', () => {
  const folder = temporaryFolder('secured');
  const caFile = join(folder, 'ca.pem');
  const open = new Set<KafkaCluster>();
  let server: KafkaServer | undefined;
  let securedPort = 0;

  beforeAll(async () => {
    const keyStore = join(folder, 'keystore.pem');
    writeFileSync(caFile, TEST_CERTIFICATE);
    writeFileSync(keyStore, TEST_KEY + TEST_CERTIFICATE);
    const [port, controllerPort, secured] = (await freePorts(3)) as [number, number, number];
    securedPort = secured;
    const listener = 'listener.name.secured';
    server = await startKafka({
      port,
      dataDir: join(folder, 'kafka'),
      extra: {
        listeners: `PLAINTEXT://127.0.0.1:${port},SECURED://127.0.0.1:${secured},CONTROLLER://127.0.0.1:${controllerPort}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURED://127.0.0.1:${secured}`,
        'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
        [`${listener}.ssl.keystore.type`]: 'PEM',
        [`${listener}.ssl.keystore.location`]: keyStore,
        [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        [`${listener}.plain.sasl.jaas.config`]: `${LOGIN}.plain.PlainLoginModule required user_${USER}="${PASSWORD}";`,
        [`${listener}.scram-sha-256.sasl.jaas.config`]: `${LOGIN}.scram.ScramLoginModule required;`,
        [`${listener}.scram-sha-512.sasl.jaas.config`]: `${LOGIN}.scram.ScramLoginModule required;`,
      },
    });
    const plaintext = new KafkaCluster(kafkaConfigSchema.parse({ brokers: [server.bootstrap] }), silent);
    open.add(plaintext);
    await plaintext.connect();
    await createScramUser(plaintext, 'scram-sha-256', USER, PASSWORD);
    await createScramUser(plaintext, 'scram-sha-512', USER, PASSWORD);
  }, 120_000);

  afterEach(async () => {
    await Promise.all([...open].map((cluster) => cluster.close()));
    open.clear();
  });

  afterAll(async () => {
    await server?.kill();
    rmSync(folder, { recursive: true });
  });

  function cluster(mechanism: Mechanism, { password = PASSWORD } = {}): KafkaCluster {
    const made = new KafkaCluster(
      kafkaConfigSchema.parse({
        brokers: [`127.0.0.1:${securedPort}`],
        tls: { enabled: true, caFile },
        sasl: { mechanism, username: USER, password },
      }),
      silent,
    );
    open.add(made);
    return made;
  }

  describe.each<Mechanism>(['plain', 'scram-sha-256', 'scram-sha-512'])('%s', (mechanism) => {
    it('creates a topic, writes and reads', async () => {
      const topic = `secured_${mechanism}`;
      const secured = cluster(mechanism);
      await secured.connect();
      await new KafkaAdmin(secured).createTopic({ topic, partitions: 2, replicationFactor: 1, configs: {} });
      const producer = new BatchingProducer(secured, {}, silent);
      await producer.start();
      const values = Array.from({ length: RECORDS }, (_, i) => `value ${i}`);
      await producer.sendOne(topic, null, Buffer.from(values[0]!));
      await Promise.all(values.slice(1).map((value) => producer.sendOne(topic, null, Buffer.from(value))));

      const read: string[] = [];
      const onBlock = (block: RecordBlock): void => {
        for (let i = 0; i < block.count; i++) read.push(block.buffer.toString('utf8', block.valueStarts[i], block.valueEnds[i]));
        consumer.release(block);
      };
      const consumer = new BatchConsumer(
        secured,
        { groupId: `${topic}_group`, topics: [topic] },
        { onBlock, onRevoked: () => Promise.resolve() },
        silent,
      );
      await consumer.start();
      try {
        await waitFor(() => read.length >= RECORDS, 30_000);
      } finally {
        await consumer.stop();
        await producer.close(5000);
      }
      expect(read.toSorted()).toEqual(values.toSorted());
    });

    it('gives up at once when the password is wrong', async () => {
      const startedAt = performance.now();
      await expect(cluster(mechanism, { password: 'wrong' }).connect()).rejects.toMatchObject({
        code: 'KAFKA_UNAVAILABLE',
        message: expect.stringMatching(new RegExp(`refused the login of ${USER} by ${mechanism}`)),
      });
      // Whoever tries again does so for a minute.
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    });
  });

  it('does not connect to brokers whose certificate no known authority signed', async () => {
    const unknown = new KafkaCluster({ ...cluster('plain').config, tls: { enabled: true }, startTimeoutMs: 500 }, silent);
    open.add(unknown);
    await expect(unknown.connect()).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', message: expect.stringContaining('certificate') });
  });
});
