import { createHash } from 'node:crypto';
import type { EventWriter } from '@hercules/protocol';
import { msToTicks } from '@hercules/protocol';
import type { LogRecord } from './log-record.ts';

/** Where an entry comes from; together it names the entry among all others. */
export interface EntryOrigin {
  /** Name of the program that wrote it. */
  readonly application: string;
  readonly inode: number;
  /** Byte position in the file. */
  readonly offset: number;
}

const PROJECT = 'hercules';
const ENVIRONMENT = 'local';
/** Names that the document has already; a property of the same name would take their place (protocol §9.1). */
const RESERVED = new Set(['message', 'messageTemplate', 'level', 'stackTrace', 'exception', 'utcOffset', 'properties', '@timestamp']);
const OWN = new Set(['project', 'environment', 'application', 'logger']);
const LONGEST_KEY = 100;

/**
 * Writes the record as a log event (protocol §10.2).
 * @param ticks the event's time
 * @param suppressed entries like this one that were kept back before it
 */
export function writeLogEvent(writer: EventWriter, record: LogRecord, origin: EntryOrigin, ticks: bigint, suppressed: number): void {
  writer.beginEvent(ticks, entryUuid(origin));
  writer.string('level', record.level);
  writer.string('message', record.message);
  if (record.stackTrace !== undefined) writer.string('stackTrace', record.stackTrace);
  writer.beginContainer('properties');
  writer.string('project', PROJECT);
  writer.string('environment', ENVIRONMENT);
  writer.string('application', origin.application);
  if (record.logger !== undefined) writer.string('logger', record.logger);
  if (suppressed > 0) writer.long('suppressedBefore', BigInt(suppressed));
  for (const [key, value] of Object.entries(record.properties)) writeProperty(writer, propertyKey(key), value);
  writer.endContainer();
  writer.endEvent();
}

/**
 * The same entry gets the same id each time it is read, so one that is shipped again after a crash is stored once. Version 8 of RFC 9562: bits of our own
 * choice, here of a hash.
 */
export function entryUuid({ application, inode, offset }: EntryOrigin): Buffer {
  const uuid = createHash('sha256').update(`${application}\0${inode}\0${offset}`).digest().subarray(0, 16);
  uuid[6] = (uuid[6]! & 0x0f) | 0x80;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  return uuid;
}

/**
 * The event's time: that of the entry, moved on by 100 ns at a time where the log's milliseconds are too coarse to keep the order of its lines.
 * @param last the time of the event before it
 */
export function entryTicks(timestampMs: number, last: bigint): bigint {
  const ticks = msToTicks(timestampMs);
  const isSameMillisecond = ticks <= last && last < ticks + 10_000n - 1n;
  return isSameMillisecond ? last + 1n : ticks;
}

function propertyKey(key: string): string {
  const name = key.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, LONGEST_KEY);
  return RESERVED.has(name) || OWN.has(name) ? `${name}_` : name;
}

function writeProperty(writer: EventWriter, key: string, value: string | number | boolean): void {
  if (typeof value === 'string') writer.string(key, value.slice(0, 8192));
  else if (typeof value === 'boolean') writer.flag(key, value);
  else if (Number.isSafeInteger(value)) writer.long(key, BigInt(value));
  else writer.double(key, value);
}
