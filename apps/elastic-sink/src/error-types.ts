/** What a bulk item's error type means for its document (sinks §2.3 and §2.6). Names without the suffix `_exception`. */

const RETRYABLE = new Set(
  `process_cluster_event_timeout es_rejected_execution cluster_block unavailable_shards timeout master_not_discovered connect_transport
   primary_missing_action concurrent_snapshot_execution receive_timeout_transport elasticsearch_timeout no_shard_available_action
   node_not_connected node_disconnected not_master delay_recovery`.split(/\s+/),
);

const NOT_RETRYABLE = new Set(
  `action_not_found_transport action_transport aggregation_execution aggregation_initialization alias_filter_parsing aliases_not_found
   bind_http bind_transport blob_store broadcast_shard_operation_failed circuit_breaking dfs_phase_execution document_missing document_parsing
   document_source_missing elasticsearch elasticsearch_generation elasticsearch_parse elasticsearch_security engine_creation_failure engine
   execution_cancelled failed_node failed_to_commit_cluster_state fetch_phase_execution flush_failed_engine gateway general_script http
   http_on_transport illegal_argument illegal_index_shard_state illegal_shard_routing_state illegal_state incompatible_cluster_state_version
   index_closed index_creation index_not_found index_primary_shard_not_allocated index_shard_closed index_shard_not_recovering
   index_shard_not_started index_shard_recovering index_shard_recovery index_shard_relocated index_shard_restore index_shard_restore_failed
   index_shard_snapshot index_shard_snapshot_failed index_shard_started index_template_missing invalid_aggregation_path invalid_alias_name
   invalid_index_name invalid_index_template invalid_snapshot_name invalid_type_name mapper mapper_parsing no_class_settings
   no_longer_primary_shard no_node_available no_such_node node_closed node_should_not_connect not_serializable_transport parsing query_phase_execution
   query_shard recover_files_recovery recovery_engine recovery_failed reduce_search_phase refresh_failed_engine remote_transport repository
   repository_missing repository_verification resource_already_exists resource_not_found response_handler_failure_transport
   retry_on_primary retry_on_replica routing routing_missing script search_context search_context_missing search search_parse
   search_phase_execution search_source_builder send_request_transport settings shard_lock_obtain_failed shard_not_found snapshot_creation
   snapshot snapshot_failed_engine snapshot_missing snapshot_restore status strict_dynamic_mapping task_cancelled timestamp_parsing
   too_many_buckets translog_corrupted translog transport transport_serialization truncated_translog type_missing uncategorized_execution
   unknown_named_object version_conflict_engine`.split(/\s+/),
);

/** The one type of the list that does not end in `_exception`. */
const NOT_RETRYABLE_IN_FULL = 'not_serializable_exception_wrapper';

export interface ErrorPolicy {
  /** Write documents with an error type that nobody knows again instead of giving them up. */
  readonly retryOnUnknownErrors: boolean;
  /** Types (with `_exception`) to give up although they are retryable or unknown. */
  readonly redefinedExceptions: readonly string[];
  /** The sink creates missing indexes itself, so a missing index is worth another try. */
  readonly createIndexes: boolean;
}

/**
 * @param type `error.type` of the bulk item
 * @param status HTTP status of the item: 429 and 503 say "later", 401 and 403 say that the sink is not set up right, whatever the type
 */
export function isRetryable(type: string, status: number, policy: ErrorPolicy): boolean {
  if (policy.redefinedExceptions.includes(type)) return false;
  if (status === 429 || status === 503 || status === 401 || status === 403) return true;
  if (type === NOT_RETRYABLE_IN_FULL) return false;
  const name = type.replace(/_exception$/, '');
  if (name === 'index_not_found' && policy.createIndexes) return true;
  if (RETRYABLE.has(name)) return true;
  if (NOT_RETRYABLE.has(name)) return false;
  return policy.retryOnUnknownErrors;
}
