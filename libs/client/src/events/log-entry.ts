import type { EventWriter } from '@hercules/protocol/writing';
import { writeException } from './exception.ts';
import { type TagValue, writeTag, writeTags } from './tag-value.ts';
import type { Time } from './time.ts';

export type LogLevel = 'Debug' | 'Info' | 'Warn' | 'Error' | 'Fatal';

/** A log event (protocol §10.2). */
export interface LogEntry {
  /** One of {@link LogLevel}, or what the program calls it. */
  readonly level?: LogLevel | (string & {});
  readonly message?: string;
  readonly messageTemplate?: string;
  /** Is kept in its parts: type, message, stack frames, and the same of its cause. */
  readonly exception?: Error;
  /** A stack trace as text, if there is no exception. */
  readonly stackTrace?: string;
  /** Well-known ones: project, environment, application, host, traceId. */
  readonly properties?: { readonly [key: string]: TagValue };
  /** Now unless given. */
  readonly timestamp?: Time;
}

export function writeLog(writer: EventWriter, { level, message, messageTemplate, exception, stackTrace, properties }: LogEntry): void {
  if (level !== undefined) writer.string('level', level);
  if (message !== undefined) writer.string('message', message);
  if (messageTemplate !== undefined) writer.string('messageTemplate', messageTemplate);
  if (exception !== undefined) writeException(writer, exception);
  writeTag(writer, 'stackTrace', stackTrace);
  if (properties === undefined) return;
  writer.beginContainer('properties');
  writeTags(writer, properties);
  writer.endContainer();
}
