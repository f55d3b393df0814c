export { Audit, AUDIT_STOP_MS, type AuditParts } from './audit.ts';
export { AuditCounts, type BatchTally } from './audit-counts.ts';
export { AuditTopic } from './audit-topic.ts';
export { type AuditMinute, compareCounts, type Gap, type GapKind, type SinkMinute } from './comparison.ts';
export { auditConfigSchema, type AuditConfig } from './config.ts';
export { GroupLedger } from './group-ledger.ts';
export { MINUTE_MS, minuteOfMs } from './minutes.ts';
export { type PublishedCounts, readPublishedCounts } from './published-counts.ts';
export { type PartitionMinutes, readTopicMinutes } from './topic-minutes.ts';
