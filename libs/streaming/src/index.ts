export type { AggregateCodec } from './aggregate-codec.ts';
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
export { processorProducerSchema, processorConfigSchema, type ProcessorConfig, windowConfigSchema, type WindowConfig } from './config.ts';
export type { Contributions, EventAssigner } from './event-assigner.ts';
export {
  MergeProcessor,
  type MergeCounters,
  type MergeOptions,
  newMergeCounters,
  type ResultWriter,
  type RollUps,
  type SeriesResult,
  type WindowResult,
} from './merge-processor.ts';
export { type GroupMemo, newGroupMemo } from './open-window.ts';
export { MetricOutput, type ResultMetric } from './metric-output.ts';
export { Output } from './output.ts';
export { PartialReader, PartialWriter, resultUuid } from './partial-record.ts';
export { PartialsProcessor, type PartialsOptions } from './partials-processor.ts';
export type { CreateProcessor, PartitionProcessor } from './processor.ts';
export { ProcessorLoop, type ProcessorConsumer, type ProcessorLoopCounters } from './processor-loop.ts';
export { QuantileSketch, SKETCH_ACCURACY } from './quantile-sketch.ts';
export { aggregationInputSchema, partialsTopicSchema } from './topics-config.ts';
export { registerAggregationMetrics, type StreamingMetricsRegistry } from './streaming-metrics.ts';
export { type PartialsTopic, TwoStageAggregation, type TwoStageOptions } from './two-stage-aggregation.ts';
export { Watermark } from './watermark.ts';
export { newWindowCounters, type WindowCounters } from './window-counters.ts';
export { windowStart } from './window-set.ts';
