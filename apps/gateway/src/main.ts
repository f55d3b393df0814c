import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Audit, AUDIT_STOP_MS } from '@hercules/audit';
import { BatchingProducer, KafkaCluster, registerProducerMetrics } from '@hercules/kafka';
import { MetadataRegistry } from '@hercules/metadata';
import { readTlsFiles, runService, serviceEndpoints } from '@hercules/service';
import { Admission } from './admission.ts';
import { BatchIntake } from './batch-intake.ts';
import { BufferPool } from './buffer-pool.ts';
import { gatewayConfigSchema } from './config.ts';
import { FailureLog } from './failure-log.ts';
import { registerGatewayMetrics } from './gateway-metrics.ts';
import { IntakeCounters, LATENCY_BOUNDS_SECONDS, type LatencyHistogram, MethodCounters } from './intake-counters.ts';
import { createDefaultPartitioner } from './partitioner.ts';
import { keepQuotaBook, QuotaBook, registerQuotaMetrics } from './quotas/index.ts';
import { BulkDoor } from './receivers/bulk/index.ts';
import type { HttpDoor } from './receivers/door/http-door.ts';
import type { MessageHandler } from './receivers/grpc/handled-method.ts';
import { createGraphiteReceivers } from './receivers/graphite/index.ts';
import { createGrpcReceiver } from './receivers/grpc/index.ts';
import { createDoorReceiver, createHttpReceiver } from './receivers/http/index.ts';
import { registerLineMetrics } from './receivers/lines/line-counters.ts';
import { createOtlpDoor } from './receivers/otlp/index.ts';
import { createPrometheusDoor } from './receivers/prometheus/index.ts';
import { createSyslogReceivers } from './receivers/syslog/index.ts';
import { ZipkinDoor } from './receivers/zipkin/index.ts';
import { StreamAccessCache } from './stream-access.ts';

/** Unused buffers for bodies that are kept, in bytes. */
const KEPT_BUFFER_BYTES = 16 * 1024 * 1024;
/** What stays of the time for stopping to the parts that stop after the receivers, in ms. */
const FLUSH_TIME_MS = 5000;
const PROTO_FILE = fileURLToPath(new URL('../proto/hercules/v1/gateway.proto', import.meta.resolve('@hercules/protocol')));

/**
 * Bytecode that V8 may inline into one function, by default 920. Converters go through a message by many small functions: with more of them in one piece a log
 * record of OTLP costs 1.2 instead of 1.4 CPU s/M. It is looked at whenever a function is optimised, so it can be set here.
 */
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');

runService({
  name: 'gateway',
  description: 'Takes events by HTTP and gRPC and writes them to Kafka.',
  schema: gatewayConfigSchema,
  // Its bodies are in buffers that are used again, so a larger heap would save it next to nothing.
  heapGrowthPercent: 100,
  async start(context) {
    const { config, logger, lifecycle, metrics } = context;
    const cluster = new KafkaCluster(config.kafka, logger);
    lifecycle.onStop('kafka connection', () => cluster.close());
    await cluster.connect();

    const registry = new MetadataRegistry(cluster, config.metadata, logger);
    lifecycle.onStop('metadata', () => registry.stop());
    await registry.start();

    const producer = new BatchingProducer(cluster, config.producer, logger);
    lifecycle.onStop('producer', () => producer.close(FLUSH_TIME_MS));
    await producer.start();

    const audit = new Audit({ app: 'gateway', cluster, producer, config: config.audit, logger });
    lifecycle.onStop('delivery audit', () => audit.stop());
    audit.registerMetrics(metrics);
    audit.start();

    const quotas = new QuotaBook(config.quotas.gateways);
    lifecycle.onStop('quotas', keepQuotaBook(quotas, registry));

    const { throttling, validation, partitioner } = config;
    const failures = new FailureLog(logger);
    const admission = new Admission(throttling.capacityBytes, throttling.waitTimeoutMs, throttling.maxWaitingRequests);
    const intake = new BatchIntake(
      producer,
      {
        limits: { maxEventSize: validation.maxEventSizeBytes, maxDepth: validation.maxDepth },
        roomTimeoutMs: throttling.waitTimeoutMs,
        maxBufferedBytes: config.producer.maxBufferedBytes,
        refreshTopics: () => cluster.refreshMetadata(),
      },
      new IntakeCounters(),
      failures,
      audit.counts(config.producer.deliveryTimeoutMs),
    );
    const parts = {
      lifecycle,
      failures,
      admission,
      intake,
      access: new StreamAccessCache(registry, createDefaultPartitioner(partitioner.type, partitioner.batchSize), quotas),
      buffers: new BufferPool(KEPT_BUFFER_BYTES),
    };
    const httpLatency = metrics.histogram('hercules_gateway_http_request_seconds', 'Time to the answer, HTTP', LATENCY_BOUNDS_SECONDS);
    const grpcLatency = metrics.histogram('hercules_gateway_grpc_request_seconds', 'Time to the answer, gRPC', LATENCY_BOUNDS_SECONDS);
    const methods: MethodCounters[] = [];
    const counters = (receiver: string, method: string, latency: LatencyHistogram): MethodCounters => {
      const made = new MethodCounters(receiver, method, latency);
      methods.push(made);
      return made;
    };
    const doors: HttpDoor[] = [];
    const grpcDoors = new Map<string, MessageHandler>();
    registerQuotaMetrics(metrics, quotas);
    registerProducerMetrics(metrics, producer);
    registerGatewayMetrics(metrics, { intake: intake.counters, methods, admission, producer });
    const limits = {
      maxEventSizeBytes: validation.maxEventSizeBytes,
      maxDepth: validation.maxDepth,
      maxUnpackedBytes: config.doors.maxUnpackedBytes,
    };
    if (config.prometheus.enabled) {
      const prometheusCounters = (method: string): MethodCounters => counters('prometheus', method, httpLatency);
      doors.push(createPrometheusDoor(parts, config.prometheus, limits, prometheusCounters, metrics));
    }

    if (config.zipkin.enabled) {
      doors.push(new ZipkinDoor(intake, { ...config.zipkin, ...limits }, counters('zipkin', 'spans', httpLatency)));
    }

    if (config.bulk.enabled) {
      doors.push(new BulkDoor(intake, { ...config.bulk, ...limits }, (method) => counters('bulk', method, httpLatency)));
    }

    const otlpDoors: HttpDoor[] = [];
    if (config.otlp.enabled) {
      const otlp = createOtlpDoor(parts, config.otlp, limits, (transport, method) =>
        counters(`otlp-${transport}`, method, transport === 'grpc' ? grpcLatency : httpLatency),
      );
      otlpDoors.push(otlp.http);
      doors.push(otlp.http);
      for (const [path, handler] of otlp.grpc) grpcDoors.set(path, handler);
    }

    const stopDeadlineMs = Math.max(1000, config.shutdownTimeoutMs - FLUSH_TIME_MS - AUDIT_STOP_MS);
    if (config.grpc.enabled) {
      const tls = config.grpc.tls === undefined ? undefined : readTlsFiles(config.grpc.tls);
      const own = { send: counters('grpc', 'Send', grpcLatency), sendStream: counters('grpc', 'SendStream', grpcLatency) };
      const grpc = createGrpcReceiver(parts, config, own, grpcDoors, tls, PROTO_FILE);
      const port = await grpc.start();
      lifecycle.onStop('gRPC receiver', () => grpc.stop(stopDeadlineMs));
      lifecycle.onState((state) => (grpc.isServing = state === 'RUNNING'));
      logger.info({ host: config.grpc.host, port }, 'listening for gRPC');
    }
    const tls = config.http.tls === undefined ? undefined : readTlsFiles(config.http.tls);
    const own = { send: counters('http', 'send', httpLatency), sendAsync: counters('http', 'sendAsync', httpLatency) };
    const http = createHttpReceiver(parts, config, own, doors, tls, serviceEndpoints(context));
    const port = await http.start();
    lifecycle.onStop('HTTP receiver', () => http.stop(stopDeadlineMs));
    logger.info({ host: config.http.host, port }, 'listening for HTTP');
    if (config.otlp.enabled && config.otlp.http.enabled) {
      const address = { ...config.otlp.http, tls };
      const otlp = createDoorReceiver(parts, config, otlpDoors, address, serviceEndpoints(context));
      const otlpPort = await otlp.start();
      lifecycle.onStop('OTLP receiver', () => otlp.stop(stopDeadlineMs));
      logger.info({ host: address.host, port: otlpPort }, 'listening for OTLP over HTTP');
    }
    const lineContext = { ...parts, ...limits, logger, anonymousApiKey: config.doors.anonymousApiKey };
    const listeners = [
      ...(config.graphite.enabled ? createGraphiteReceivers(lineContext, config.graphite) : []),
      ...(config.syslog.enabled ? createSyslogReceivers(lineContext, config.syslog, tls) : []),
    ];
    registerLineMetrics(
      metrics,
      listeners.map(({ counters }) => counters),
    );
    for (const { name, host, receiver } of listeners) {
      const listenerPort = await receiver.start();
      lifecycle.onStop(name, () => receiver.stop(stopDeadlineMs));
      logger.info({ host, port: listenerPort }, `listening for ${name}`);
    }
  },
});
