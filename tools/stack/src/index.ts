export type { FetchOptions } from './artifacts/artifact.ts';
export { cassandraJars, CASSANDRA_VERSION } from './artifacts/cassandra-artifact.ts';
export { elasticsearchHome, ELASTICSEARCH_VERSION } from './artifacts/elasticsearch-artifact.ts';
export { graphiteEnvironment, GRAPHITE_VERSION } from './artifacts/graphite-artifact.ts';
export { kafkaJars, KAFKA_VERSION } from './artifacts/kafka-artifact.ts';
export { openTelemetryPython, OPENTELEMETRY_PYTHON_VERSION } from './artifacts/opentelemetry-python-artifact.ts';
export { otelCollectorBinary, OTELCOL_VERSION } from './artifacts/otelcol-artifact.ts';
export { type DaemonOptions, startDaemon } from './process/daemon.ts';
export { withFileLock } from './process/file-lock.ts';
export { freePorts, isPortFree } from './process/ports.ts';
export { type MarkedProcess, processesWithVariable } from './process/marked-processes.ts';
export { identify, isAlive, type ProcessIdentity, signalProcess } from './process/process-identity.ts';
export { descendantsOf } from './process/process-tree.ts';
export { killProcess, stopProcess } from './process/stop-process.ts';
export { Progress } from './progress.ts';
export { projectRoot } from './project-root.ts';
export { isCassandraReady } from './servers/cassandra-probe.ts';
export { type CassandraOptions, CassandraServer, startCassandra } from './servers/cassandra-server.ts';
export {
  type ElasticsearchOptions,
  ElasticsearchServer,
  isElasticsearchReady,
  startElasticsearch,
} from './servers/elasticsearch-server.ts';
export { type GraphiteOptions, type GraphiteProcess, GraphiteServer, isGraphiteReady, startGraphite } from './servers/graphite-server.ts';
export { type KafkaClusterOptions, KafkaServers, startKafkaCluster } from './servers/kafka-cluster.ts';
export { countKafkaBrokers } from './servers/kafka-probe.ts';
export { type KafkaServer, type KafkaServerOptions, startKafka } from './servers/kafka-server.ts';
export { logExcerpt } from './servers/log-excerpt.ts';
export { StackError } from './stack-error.ts';
export { pause, waitUntil } from './wait-until.ts';
