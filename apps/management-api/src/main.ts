import { Audit, AuditTopic } from '@hercules/audit';
import { Authentication, createHttpApp, jsonAnswer, openApiDocument, RequestCounter, serverFactory } from '@hercules/http-api';
import {
  BatchConsumer,
  BatchingProducer,
  KafkaAdmin,
  KafkaCluster,
  PartitionReader,
  registerConsumerMetrics,
  registerProducerMetrics,
} from '@hercules/kafka';
import { MetadataRegistry, MetadataWriter } from '@hercules/metadata';
import {
  registerReplayMetrics,
  ReplayJobs,
  ReplayLog,
  ReplayRunner,
  STREAM_REPLAYS,
  StreamReplays,
  writableStreams,
} from '@hercules/replay';
import { runService, serviceEndpoints } from '@hercules/service';
import { Auditor } from './audit/auditor.ts';
import { managementApiConfigSchema, tasksTopicConfigs } from './config.ts';
import { LetterBox } from './dead-letters/letter-box.ts';
import { LetterGauge } from './dead-letters/letter-gauge.ts';
import { Resender } from './dead-letters/resender.ts';
import { Resendings } from './dead-letters/resendings.ts';
import { apiDescription } from './http/api-description.ts';
import { metadataLog, taskLog } from './kafka-logs.ts';
import { registerManagementMetrics } from './management-metrics.ts';
import { ReplayCleaner } from './replays/replay-cleaner.ts';
import { ReplayDesk } from './replays/replay-desk.ts';
import { allRoutes } from './routes/routes.ts';
import { StreamTopics } from './stream-topics.ts';
import { ResultCleaner } from './tasks/result-cleaner.ts';
import { TableReports } from './tasks/table-reports.ts';
import { TaskQueue } from './tasks/task-queue.ts';
import { TaskRunner } from './tasks/task-runner.ts';

const APPLICATION_ID = 'management-api';

/** How long Kafka may take to acknowledge what this app writes. */
const DELIVERY_TIMEOUT_MS = 10_000;
/** Counts of a minute may come this many publications after its end. */
const OPEN_INTERVALS = 3;
/** Requests that read from Kafka at once; others wait. */
const READ_CONNECTIONS = 2;

runService({
  name: APPLICATION_ID,
  description: 'The only writer of metadata: streams and their topics, timelines, rights of API keys, content validations.',
  schema: managementApiConfigSchema,
  async start(context) {
    const { config, logger, lifecycle, metrics, about } = context;
    const { tasks, metadata, deadLetters, replays } = config;

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const admin = new KafkaAdmin(cluster);
    const producer = new BatchingProducer(cluster, { deliveryTimeoutMs: DELIVERY_TIMEOUT_MS }, logger);
    lifecycle.onStop('producer', () => producer.close(5000));
    await producer.start();
    const audit = new Audit({ app: APPLICATION_ID, cluster, producer, config: config.audit, logger });
    lifecycle.onStop('delivery audit', () => audit.stop());
    audit.registerMetrics(metrics);
    audit.start();

    const registry = new MetadataRegistry(cluster, metadata, logger);
    lifecycle.onStop('metadata registry', () => registry.stop());
    await registry.start();
    await admin.createTopic({
      topic: tasks.topic,
      partitions: 1,
      replicationFactor: metadata.replicationFactor,
      configs: tasksTopicConfigs(tasks.maxAgeMs),
    });

    const writer = new MetadataWriter(registry, metadataLog(producer, admin, metadata.topic), config.instanceId, logger);
    const topics = new StreamTopics(admin, config.replicationFactor);
    const consumer: BatchConsumer = new BatchConsumer(
      cluster,
      { groupId: `hercules.management-api.${tasks.topic}`, topics: [tasks.topic], sessionTimeoutMs: tasks.sessionTimeoutMs },
      { onBlock: (block) => runner.onBlock(block), onRevoked: () => runner.onRevoked() },
      logger,
    );
    const changes = { state: registry.state, writer, topics, deleteGracePeriodMs: config.deleteGracePeriodMs };
    const runner: TaskRunner = new TaskRunner(
      consumer,
      writer,
      registry.state,
      changes,
      { ...tasks, backoffMs: tasks.retryBackoffMs },
      logger,
    );
    lifecycle.onStop('task runner', () => consumer.stop());
    await consumer.start();
    const cleaner = new ResultCleaner(writer, registry.state, tasks.maxAgeMs, logger);
    lifecycle.onStop('result cleaner', () => cleaner.stop());
    cleaner.start(tasks.cleanupIntervalMs);

    const queue = new TaskQueue(taskLog(producer, tasks.topic), registry, logger);
    lifecycle.onStop('task queue', () => queue.close());
    const reports = new TableReports(registry, (change) => queue.submit(change, 'table report'), logger);
    lifecycle.onStop('table reports', () => reports.stop());
    reports.start();

    const partitions = new PartitionReader(cluster, { connections: READ_CONNECTIONS });
    lifecycle.onStop('partition reader', () => partitions.close());
    const { replicationFactor } = metadata;
    const resendings = new Resendings(cluster, producer, { topic: deadLetters.resendingsTopic, replicationFactor }, logger);
    lifecycle.onStop('resendings', () => resendings.stop());
    await resendings.start();
    const box = new LetterBox(partitions, producer);
    const gauge = new LetterGauge(box, deadLetters.stream, logger);
    lifecycle.onStop('dead-letter gauge', () => gauge.stop());
    gauge.start();

    const auditTopic = new AuditTopic(cluster, producer, config.audit, logger);
    const openMs = OPEN_INTERVALS * config.audit.publishIntervalMs;
    const auditor = new Auditor({ partitions, admin, producer, registry, topic: auditTopic, openMs });
    const resender = new Resender(producer, resendings, audit.counts(DELIVERY_TIMEOUT_MS));

    const jobs = new ReplayJobs(cluster, { topic: replays.topic, replicationFactor: metadata.replicationFactor }, logger);
    lifecycle.onStop('table of replays', () => jobs.stop());
    await jobs.start();
    const replayLog = new ReplayLog(producer, replays.topic);
    const replayCleaner = new ReplayCleaner(jobs, replayLog, replays.keepMs, logger);
    lifecycle.onStop('replay cleaner', () => replayCleaner.stop());
    replayCleaner.start(tasks.cleanupIntervalMs);
    const desk = new ReplayDesk({ cluster, reader: partitions, jobs, log: replayLog });
    if (replays.enabled) {
      // Of its own, so that a change of metadata does not wait behind copied events.
      const copies = new BatchingProducer(cluster, {}, logger);
      lifecycle.onStop('replay producer', () => copies.close(5000));
      await copies.start();
      const findStream = writableStreams(registry);
      const executor = new StreamReplays({ applicationId: APPLICATION_ID, cluster, producer: copies, findStream, settings: replays });
      const parts = {
        cluster,
        producer: copies,
        jobs,
        executor,
        name: STREAM_REPLAYS,
        instanceId: config.instanceId,
        config: replays,
        logger,
      };
      const replayRunner = new ReplayRunner(parts);
      registerReplayMetrics(metrics, replayRunner);
      lifecycle.onStop('replays', () => replayRunner.stop());
      replayRunner.start();
    }

    const routes = allRoutes({
      registry,
      tasks: queue,
      ownTopics: [metadata.topic, tasks.topic, deadLetters.resendingsTopic, config.audit.topic, replays.topic],
      deadLetters: { box, resendings, resender, stream: deadLetters.stream },
      auditor,
      replays: desk,
    });
    const app = createHttpApp({
      routes,
      documents: { '/openapi.json': jsonAnswer(openApiDocument(routes, apiDescription(about.version))) },
      authentication: new Authentication(config.masterKeys, registry.authorizer),
      authorizer: registry.authorizer,
      maxBodyBytes: config.maxBodyBytes,
      logger,
      createServer: serverFactory(config.http, serviceEndpoints(context)),
    });
    const requests = new RequestCounter();
    requests.attach(app);
    registerManagementMetrics(metrics, { requests, runner, writer, registry, consumer, deadLetters: gauge });
    registerConsumerMetrics(metrics, consumer);
    registerProducerMetrics(metrics, producer);
    lifecycle.onStop('http', () => app.close());
    const address = await app.listen({ host: config.http.host, port: config.http.port });
    logger.info({ host: config.http.host, port: Number(new URL(address).port), address }, 'listening for HTTP');
  },
});
