import { COMPONENT_NAMES, type ComponentName } from '../stack/component-name.ts';
import { log4jFormat } from './log4j-format.ts';
import type { LogFormat } from './log-record.ts';
import { pinoFormat } from './pino-format.ts';

const TEXT_LOGS: readonly string[] = ['kafka', 'elasticsearch', 'cassandra'];
/**
 * The demo's own log would be about shipping it; the shop sends its lines itself; Graphite's and Zipkin's are mostly about every request.
 */
const LEFT_OUT = /^(demo|shop|zipkin|graphite(?!Sink))/;

/** Whose log files the demo ships, and in which format they are. */
export function shippedLogs(): (readonly [ComponentName, LogFormat])[] {
  return COMPONENT_NAMES.filter((name) => !LEFT_OUT.test(name)).map((name) => [name, TEXT_LOGS.includes(name) ? log4jFormat : pinoFormat]);
}
