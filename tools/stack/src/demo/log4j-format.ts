import { type LogFormat, logLevel, type LogRecord } from './log-record.ts';

/** `2026-11-25T03:17:40,052Z` with or without its offset; without one it is local time. */
const TIME = String.raw`(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[,.]\d{3})(Z|[+-]\d{2}:?\d{2})?`;
/** `[time] LEVEL message (logger)`, as Kafka writes it. */
const LEVEL_FIRST = new RegExp(String.raw`^\[?${TIME}\]? ([A-Z]+) (.*)$`);
/** `[time][LEVEL ][logger] [node] message`, as Elasticsearch writes it. */
const BRACKETS = new RegExp(String.raw`^\[${TIME}\]\[([A-Z]+) *\]\[([^\]]*?) *\] (?:\[([^\]]*)\] ?)?(.*)$`);
/** `time LEVEL  [thread] File.java:12 - message`, as Cassandra's logback writes it. */
const THREAD_AND_FILE = new RegExp(String.raw`^${TIME} ([A-Z]+) +\[([^\]]+)\] ([\w$.-]+):\d+ - (.*)$`);
const LOGGER_AT_END = /^(.*) \(([\w.$-]+)\)$/s;
const FRAME = /^\s+(at |\.\.\. \d+ more)/;

/** Text logs in the patterns of Kafka, Elasticsearch and Cassandra, Java stack traces included. */
export const log4jFormat: LogFormat = {
  startsEntry: (line) => LEVEL_FIRST.test(line) || BRACKETS.test(line),
  parse(lines) {
    const [first = '', ...rest] = lines;
    const header = parseBrackets(first) ??
      parseThreadAndFile(first) ??
      parseLevelFirst(first) ?? { level: 'Info' as const, message: first };
    const { text, stackTrace } = splitTrace(rest);
    return {
      timestampMs: undefined,
      properties: {},
      ...header,
      // A message may have several lines itself; Kafka writes the logger after the last of them.
      ...joined(header.message, text, header.logger),
      stackTrace,
    };
  },
};

type Header = Partial<LogRecord> & Pick<LogRecord, 'level' | 'message'>;

function parseBrackets(line: string): Header | undefined {
  const [, time, offset, level, logger, node, message] = BRACKETS.exec(line) ?? [];
  if (time === undefined) return undefined;
  return {
    timestampMs: parseTime(time, offset),
    level: logLevel(level!),
    ...(logger ? { logger } : {}),
    message: message!.trim(),
    properties: node ? { node } : {},
  };
}

function parseThreadAndFile(line: string): Header | undefined {
  const [, time, offset, level, thread, file, message] = THREAD_AND_FILE.exec(line) ?? [];
  if (time === undefined) return undefined;
  return {
    timestampMs: parseTime(time, offset),
    level: logLevel(level!),
    logger: file!.replace(/\.java$/, ''),
    message: message!,
    properties: { thread: thread! },
  };
}

function parseLevelFirst(line: string): Header | undefined {
  const [, time, offset, level, message] = LEVEL_FIRST.exec(line) ?? [];
  return time === undefined ? undefined : { timestampMs: parseTime(time, offset), level: logLevel(level!), message: message! };
}

function joined(
  message: string,
  more: readonly string[],
  knownLogger: string | undefined,
): { message: string; logger: string | undefined } {
  const text = [message, ...more].join('\n');
  if (knownLogger !== undefined) return { message: text, logger: knownLogger };
  const [, before, logger] = LOGGER_AT_END.exec(text) ?? [];
  if (before !== undefined) return { message: before, logger };
  return { message: text, logger: undefined };
}

/** Lines before the exception belong to the message; the exception's own line stands right above its first frame. */
function splitTrace(lines: readonly string[]): { text: readonly string[]; stackTrace: string | undefined } {
  const firstFrame = lines.findIndex((line) => FRAME.test(line));
  if (firstFrame < 0) return { text: lines, stackTrace: undefined };
  const start = exceptionLine(lines, firstFrame);
  return { text: lines.slice(0, start), stackTrace: lines.slice(start).join('\n') };
}

/** An exception's message may have several lines too, so the nearest line above that begins with a class name is looked for. */
function exceptionLine(lines: readonly string[], firstFrame: number): number {
  for (let i = firstFrame - 1; i >= 0; i--) if (/^(Caused by: )?[\w$]+(\.[\w$]+)+(:|$)/.test(lines[i]!)) return i;
  return Math.max(0, firstFrame - 1);
}

function parseTime(time: string, offset: string | undefined): number {
  return Date.parse(time.replace(' ', 'T').replace(',', '.') + (offset ?? ''));
}
