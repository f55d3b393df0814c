import { createCassandraClient } from '@hercules/cassandra';
import { Authentication, createHttpApp, jsonAnswer, openApiDocument, RequestCounter, type Route, serverFactory } from '@hercules/http-api';
import { KafkaCluster, PartitionReader } from '@hercules/kafka';
import { MetadataRegistry } from '@hercules/metadata';
import { runService, serviceEndpoints } from '@hercules/service';
import { apiDescription } from './api-description.ts';
import { queryApiConfigSchema } from './config.ts';
import { eventRoutes } from './events/event-routes.ts';
import { registerQueryMetrics } from './query-metrics.ts';
import { replicaRoutes } from './replicas/replica-routes.ts';
import { ReplicaTable } from './replicas/replica-table.ts';
import { ByteBudget } from './streams/byte-budget.ts';
import { StreamReader } from './streams/stream-reader.ts';
import { streamRoutes } from './streams/stream-routes.ts';
import { tailRoutes } from './tail/tail-routes.ts';
import { Tails } from './tail/tails.ts';
import { TimelineReader } from './timelines/timeline-reader.ts';
import { timelineRoutes } from './timelines/timeline-routes.ts';
import { traceAccess } from './tracing/trace-access.ts';
import { TraceReader } from './tracing/trace-reader.ts';
import { traceRoutes } from './tracing/trace-routes.ts';
import { RecordedCalls } from './zipkin/recorded-calls.ts';
import { TraceIndex } from './zipkin/trace-index.ts';
import { TraceSearch } from './zipkin/trace-search.ts';
import { zipkinRoutes } from './zipkin/zipkin-routes.ts';

/** Bodies are states of readers: some ten bytes for each partition or slice. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

runService({
  name: 'query-api',
  description: 'Reads back what was delivered: streams, timelines and traces.',
  schema: queryApiConfigSchema,
  async start(context) {
    const { config, logger, lifecycle, metrics, about } = context;
    const { streams, timelines, tracing } = config;

    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();
    const registry = new MetadataRegistry(cluster, config.metadata, logger);
    lifecycle.onStop('metadata registry', () => registry.stop());
    await registry.start();

    const partitions = new PartitionReader(cluster, streams);
    lifecycle.onStop('partition reader', () => partitions.close());
    const budget = new ByteBudget(streams.maxBytesInMemory);
    const { maxAnswerBytes } = streams;
    const tails = new Tails(registry, partitions, streams, logger);
    const routes: Route[] = [
      ...streamRoutes({ registry, reader: new StreamReader(partitions), budget, maxAnswerBytes }),
      ...eventRoutes({ registry, partitions, budget }),
      ...tailRoutes(registry, tails),
    ];
    const access = traceAccess(tracing);
    const replicas = config.replicas.enabled ? new ReplicaTable(cluster, config.replicas, logger) : undefined;
    if (replicas !== undefined) {
      lifecycle.onStop('weights of replicas', () => replicas.stop());
      replicas.start();
      routes.push(...replicaRoutes(replicas, access));
    }
    if (config.cassandra.enabled) {
      // Not connected here: streams are served while Cassandra is away.
      const client = createCassandraClient(config.cassandra);
      lifecycle.onStop('cassandra client', () => client.shutdown());
      const timelineReader = new TimelineReader(client, timelines.keyspace);
      const traceReader = new TraceReader(client, tracing.keyspace);
      const index = new TraceIndex(client, tracing.keyspace);
      routes.push(
        ...timelineRoutes({ ...timelines, registry, reader: timelineReader, budget, maxAnswerBytes }),
        ...traceRoutes(traceReader, access),
        ...zipkinRoutes({
          index,
          search: new TraceSearch(index, traceReader, tracing),
          calls: new RecordedCalls(partitions, cluster, tracing.dependenciesTopic),
          maxTraces: tracing.maxTraces,
          traceAccess: access,
        }),
      );
    }

    const app = createHttpApp({
      routes,
      documents: { '/openapi.json': jsonAnswer(openApiDocument(routes, apiDescription(about.version))) },
      authentication: new Authentication([], registry.authorizer),
      authorizer: registry.authorizer,
      maxBodyBytes: MAX_BODY_BYTES,
      logger,
      createServer: serverFactory(config.http, serviceEndpoints(context)),
    });
    const requests = new RequestCounter();
    requests.attach(app);
    registerQueryMetrics(metrics, { requests, partitions, budget, tails });
    lifecycle.onStop('http', () => app.close());
    // Those who follow streams would keep the server open.
    lifecycle.onStop('tails', () => tails.close());
    if (replicas !== undefined) lifecycle.onStop('followers of weights', () => replicas.closeFollowers());
    const address = await app.listen({ host: config.http.host, port: config.http.port });
    logger.info({ host: config.http.host, port: Number(new URL(address).port), address }, 'listening for HTTP');
  },
});
