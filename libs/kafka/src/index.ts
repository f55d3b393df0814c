export { KafkaAdmin, type TopicDescription } from './admin.ts';
export type { TopicSpec } from './admin-requests.ts';
export {
  registerConsumerMetrics,
  registerConsumersMetrics,
  registerProducerMetrics,
  type ClientMetricsRegistry,
  type MeasuredConsumer,
} from './client-metrics.ts';
export { KafkaCluster } from './cluster.ts';
export { CompactedTable, type CompactedTableOptions } from './compacted-table.ts';
export { kafkaConfigSchema, type KafkaConfig } from './config.ts';
export { type AssignedOffset, BatchConsumer, type ConsumerHandler, type PartitionEnd, type PartitionLag } from './consumer.ts';
export type { PartitionOffset } from './group-requests.ts';
export type { ConsumerOptions } from './consumer-options.ts';
export type { SubscriptionOptions } from './subscription.ts';
export { Delivery, type DeliveryListener } from './delivery.ts';
export { BatchingProducer } from './producer.ts';
export { producerConfigSchema, type ProducerOptions, type ProducerStats } from './producer-options.ts';
export { type RecordBlock, type TopicPartition } from './record-block.ts';
export { listOffsets } from './list-offsets.ts';
export { PartitionReader, type FetchedRecords, type PartitionReaderOptions, type ReadPosition } from './partition-reader.ts';
export type { FetchLimits } from './fetch-request.ts';
export { findOffsetRanges, type OffsetRange } from './offset-range.ts';
export { settledWithin } from './pause.ts';
export { CURSOR_PATTERN, RecordRange, type RangeRead } from './record-range.ts';
