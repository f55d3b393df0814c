import { type LogFormat, logLevel, type LogRecord } from './log-record.ts';

/** Fields of a line that become something better than a property. */
const KNOWN = new Set(['level', 'time', 'msg', 'err', 'error', 'name', 'logger', 'app', 'pid', 'hostname', 'instance']);
const NUMERIC_LEVELS: Readonly<Record<number, string>> = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

/** Logs of pino: a JSON object a line. Other lines, e.g. what Node.js prints when it crashes, make entries of their own. */
export const pinoFormat: LogFormat = {
  // Text after a JSON line starts an entry as well, but text after text continues one.
  startsEntry: (line, lineBefore) => isJson(line) || lineBefore === undefined || isJson(lineBefore),
  parse(lines) {
    const fields = parseLine(lines[0] ?? '');
    if (fields === undefined) return plainText(lines);
    return fromFields(fields);
  },
};

type Fields = Readonly<Record<string, unknown>>;

function isJson(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}');
}

function parseLine(line: string): Fields | undefined {
  if (!isJson(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function fromFields(fields: Fields): LogRecord {
  const { level, time } = fields;
  const error = asObject(fields['err']) ?? asObject(fields['error']);
  const message = text(fields['msg']) ?? text(error?.['message']) ?? '';
  return {
    timestampMs: typeof time === 'number' ? time : typeof time === 'string' ? validTime(Date.parse(time)) : undefined,
    level: logLevel(typeof level === 'number' ? (NUMERIC_LEVELS[level] ?? '') : (text(level) ?? '')),
    logger: text(fields['logger']) ?? text(fields['name']),
    message,
    stackTrace: text(error?.['stack']),
    properties: Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => (KNOWN.has(key) ? [] : property(key, value)))),
  };
}

function property(key: string, value: unknown): [string, string | number | boolean][] {
  if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return [[key, value]];
  if (value === null || value === undefined) return [];
  return [[key, JSON.stringify(value)]];
}

function plainText(lines: readonly string[]): LogRecord {
  const trace = lines.some((line) => /^\s+at /.test(line));
  const message = lines.find((line) => /^(\w*Error\b|Uncaught )/.test(line)) ?? lines.find((line) => line.trim() !== '') ?? '';
  return {
    timestampMs: undefined,
    level: trace ? 'Error' : 'Info',
    logger: undefined,
    message: trace ? message : lines.join('\n'),
    stackTrace: trace ? lines.join('\n') : undefined,
    properties: {},
  };
}

function asObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function validTime(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms;
}
