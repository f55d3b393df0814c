import { printable } from '../output/printable.ts';

interface ShownEvent {
  readonly partition?: number;
  readonly offset?: number;
  readonly document?: Readonly<Record<string, unknown>>;
}

/** One line for people of an event as query-api gives it: time, level and message if there are any, and the other tags. */
export function eventLine(json: string): string {
  let event: ShownEvent;
  try {
    event = JSON.parse(json) as ShownEvent;
  } catch {
    return printable(json);
  }
  const { '@timestamp': time, level, message, ...rest } = event.document ?? {};
  const parts = [
    typeof time === 'string' ? time.replace(/(\.\d{3})\d*Z$/, '$1Z') : `${event.partition}@${event.offset}`,
    ...[level, message].filter((part) => part !== undefined).map((part) => (typeof part === 'string' ? part : JSON.stringify(part))),
    ...Object.entries(rest).map(
      ([name, value]) => `${name}=${typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value)}`,
    ),
  ];
  return printable(parts.join('  '));
}
