export { createCassandraClient } from './client.ts';
export { cassandraConfigSchema, CONSISTENCIES, keyspaceConfigSchema, type CassandraConfig, type KeyspaceConfig } from './config.ts';
export { checkedKeyspace, createKeyspace } from './keyspace.ts';
export { migrate, type Migration } from './migrations.ts';
export { createSchemaTable, withSchemaLock } from './schema-lock.ts';
export { SpanReader, UNKNOWN_SERVICE } from './span-reader.ts';
export { timelineStatements, timelineTable } from './timeline-tables.ts';
export {
  bucketOfMs,
  SPAN_INDEX_BUCKET_MS,
  SPAN_INDEX_SHARDS,
  spanIndexBucket,
  spanIndexPartitions,
  spanIndexShard,
  tracingMigrations,
  tracingTables,
  type SpanIndexPartition,
  type TracingNameKind,
  type TracingStorage,
  type TracingTables,
} from './tracing-tables.ts';
