export {
  API_KEY_PATTERN,
  apiKeyDigest,
  apiKeyIdentity,
  apiKeyPrefix,
  listedKey,
  parseListedKey,
  shortDigest,
  type ApiKeyIdentity,
} from './api-key.ts';
export { Authorizer, type Decision } from './authorizer.ts';
export { conditionSchema, type Condition, type LongValue } from './condition.ts';
export { metadataConfigSchema, metadataTopicConfigs, type MetadataConfig } from './config.ts';
export { type Derivation, derivationsOf, requireFittingSplit, requireNoCycle } from './derivations.ts';
export { describeIssues } from './describe-issues.ts';
export { compileFilters, type EventFilter } from './event-filter.ts';
export { filterListSchema, filterSchema, hpathSchema, type Filter } from './filter.ts';
export { JsonSyntaxError, parseJson, stringifyJson } from './json.ts';
export {
  blacklistKey,
  LEADER_KEY,
  parseMetaKey,
  quotaKey,
  ruleKey,
  streamKey,
  tableKey,
  taskKey,
  timelineKey,
  validationKey,
  type MetaKey,
  type MetaKind,
} from './meta-keys.ts';
export { LeadershipLost } from './leadership-lost.ts';
export { MetadataState, type ContentValidation } from './metadata-state.ts';
export { MetadataWriter, type MetadataLog, type WriterRegistry } from './metadata-writer.ts';
export { NAME_PATTERN, nameSchema, newNameSchema, RESERVED_PREFIXES } from './name.ts';
export { DEFAULT_BURST_SECONDS, MAX_BURST_SECONDS, type Quota } from './quota.ts';
export { MetadataRegistry, type MetadataListener, type MetadataRecordListener, type MetadataRegistryOptions } from './registry.ts';
export { RIGHTS, RULE_PATTERN, type Right, type Rule } from './rule.ts';
export {
  descriptionSchema,
  partitionsSchema,
  splitSchema,
  streamSchema,
  ttlSchema,
  type BaseStream,
  type DerivedStream,
  type Split,
  type Stream,
} from './stream.ts';
export { leaderClaimSchema, taskResultSchema, type LeaderClaim, type TaskResult } from './task-result.ts';
export {
  hasTable,
  tableReportSchema,
  timelineDocument,
  timelineEntrySchema,
  type TableReport,
  type TimelineEntry,
} from './timeline-entry.ts';
export { timelineSchema, timelineTtlSchema, type Timeline } from './timeline.ts';
export { matchesPattern } from './wildcard.ts';
