import { Writable } from 'node:stream';
import { HerculesClient } from '../client.ts';
import type { LogEntry, LogLevel } from '../events/log-entry.ts';
import type { TagValue } from '../events/tag-value.ts';
import type { HerculesClientOptions } from '../options.ts';

export interface PinoTransportOptions extends HerculesClientOptions {
  /** Stream for the lines. */
  readonly stream: string;
}

/** pino's levels up to each number. */
const LEVELS: readonly (readonly [upTo: number, level: LogLevel])[] = [
  [20, 'Debug'],
  [30, 'Info'],
  [40, 'Warn'],
  [50, 'Error'],
  [Number.POSITIVE_INFINITY, 'Fatal'],
];

/**
 * A transport for pino (`pino.transport({ target: '@hercules/client/pino', options })`): runs in pino's worker thread and sends each line as a log event. It does
 * not take lines faster than they can be sent: pino holds them meanwhile.
 */
export default function pinoTransport({ stream, ...options }: PinoTransportOptions): Writable {
  const client = new HerculesClient({ onFull: 'wait', ...options });
  let rest = '';
  return new Writable({
    decodeStrings: false,
    write(chunk: Buffer | string, _encoding, done) {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      let hasRoom = true;
      for (const line of lines) if (line !== '') hasRoom = client.log(entryOf(line), stream);
      if (hasRoom) done();
      else client.room().then(() => done(), done);
    },
    final(done) {
      if (rest !== '') client.log(entryOf(rest), stream);
      client.close().then(() => done(), done);
    },
  });
}

interface PinoError {
  readonly type?: string;
  readonly message?: string;
  readonly stack?: string;
}

/** A line as pino writes it by default; one that is no JSON is a message. */
export function entryOf(line: string): LogEntry {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { message: line };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return { message: line };
  const { level, time, msg, err, ...properties } = parsed as Record<string, unknown>;
  const exception = errorOf(err);
  const timestamp = timeOf(time);
  return {
    ...(level === undefined ? {} : { level: levelOf(level) }),
    ...(msg === undefined ? {} : { message: String(msg) }),
    ...(exception === undefined ? {} : { exception }),
    properties: {
      ...(properties as Record<string, TagValue>),
      ...(exception === undefined && err !== undefined ? { err: err as TagValue } : {}),
    },
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

function levelOf(level: unknown): string {
  if (typeof level !== 'number') return String(level);
  return LEVELS.find(([upTo]) => level <= upTo)![1];
}

function timeOf(time: unknown): number | undefined {
  const ms = typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

function errorOf(err: unknown): Error | undefined {
  if (typeof err !== 'object' || err === null) return undefined;
  const { type, message, stack } = err as PinoError;
  if (message === undefined && stack === undefined) return undefined;
  return Object.assign(new Error(message), { name: type ?? 'Error', stack });
}
