import { HerculesError } from '@hercules/protocol';
import { checkedKeyspace } from './keyspace.ts';

const TABLE_NAME = /^[a-z0-9_]{1,48}$/;

/** Name of a timeline's table with its keyspace, quoted, because it may begin with a digit. @throws HerculesError INVALID_ARGUMENT */
export function timelineTable(keyspace: string, timeline: string): string {
  if (!TABLE_NAME.test(timeline)) {
    throw new HerculesError(
      'INVALID_ARGUMENT',
      `expected a timeline of a–z, 0–9 and _, at most 48 characters, but it is ${JSON.stringify(timeline)}`,
    );
  }
  return `${checkedKeyspace(keyspace)}."${timeline}"`;
}

/** The statements of a timeline's table (model §8). TTLs in ms, rounded down to seconds. */
export const timelineStatements = {
  create: (table: string, ttlMs: number): string =>
    `CREATE TABLE IF NOT EXISTS ${table} (slice int, tt_offset bigint, event_id blob, payload blob,
       PRIMARY KEY ((slice, tt_offset), event_id)) WITH default_time_to_live = ${ttlSeconds(ttlMs)}`,
  changeTtl: (table: string, ttlMs: number): string => `ALTER TABLE ${table} WITH default_time_to_live = ${ttlSeconds(ttlMs)}`,
  drop: (table: string): string => `DROP TABLE IF EXISTS ${table}`,
  insert: (table: string): string => `INSERT INTO ${table} (slice, tt_offset, event_id, payload) VALUES (?, ?, ?, ?)`,
  /** Rows of a partition after an event id (exclusive) and before another. */
  selectAfter: (table: string): string =>
    `SELECT event_id, payload FROM ${table} WHERE slice = ? AND tt_offset = ? AND event_id > ? AND event_id < ? ORDER BY event_id LIMIT ?`,
  /** Rows of a partition from an event id (inclusive) on and before another. */
  selectFrom: (table: string): string =>
    `SELECT event_id, payload FROM ${table} WHERE slice = ? AND tt_offset = ? AND event_id >= ? AND event_id < ? ORDER BY event_id LIMIT ?`,
} as const;

function ttlSeconds(ttlMs: number): number {
  return Math.floor(ttlMs / 1000);
}
