/** What every sink has by docs/components.md (M-7 to M-9), for the component suite. */
export const SINK_METRICS = [
  'hercules_kafka_producer_records_total',
  'hercules_kafka_producer_buffered_bytes',
  'hercules_kafka_consumer_records_total',
  'hercules_sink_consumed_records_total',
  'hercules_sink_filtered_records_total',
  'hercules_sink_written_records_total',
  'hercules_sink_duplicated_records_total',
  'hercules_sink_retried_records_total',
  'hercules_sink_dead_lettered_records_total',
  'hercules_sink_pending_records',
  'hercules_sink_lag_records',
  'hercules_sink_store_available',
] as const;
