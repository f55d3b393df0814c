import type { EventWriter } from '@hercules/protocol';

export type LogLevel = 'Info' | 'Warn' | 'Error';

export interface LogFields {
  readonly project: string;
  readonly environment: string;
  readonly application: string;
  /** 32 hexadecimal digits, as Zipkin and W3C write it, so that one text finds the logs and the spans of a trace. */
  readonly traceId?: string;
  /** Further facts. */
  readonly [key: string]: string | number | undefined;
}

/**
 * Writes a log event (protocol §10.2). Words in braces of the template stand for fields: `order {orderId}`.
 * @param timestamp in ticks
 */
export function writeLogEvent(
  writer: EventWriter,
  timestamp: bigint,
  uuid: string,
  level: LogLevel,
  template: string,
  fields: LogFields,
): void {
  writer.beginEvent(timestamp, uuid);
  writer.string('level', level);
  writer.string('message', renderTemplate(template, fields));
  writer.string('messageTemplate', template);
  writer.beginContainer('properties');
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (typeof value === 'string') writer.string(key, value);
    else writer.double(key, value);
  }
  writer.endContainer();
  writer.endEvent();
}

function renderTemplate(template: string, fields: LogFields): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(fields[name] ?? whole));
}
