import { RefusedMessage } from '../lines/message-reader.ts';

/** One point of a metric as Graphite's protocols have it. */
export interface MetricPoint {
  readonly name: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly value: number;
  /** Seconds since 1970, a fraction may be there; undefined for now. */
  readonly seconds: number | undefined;
}

const NAME = /^[A-Za-z0-9._:-]+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const NOT_A_NUMBER = /^[+-]?nan$/i;
/** Times that stand for now. */
const NOW = new Set(['-1', 'N']);

/**
 * Reads a line: `name[;key=value]* value time`, parted by spaces or tabs.
 * @throws RefusedMessage
 */
export function parseLine(line: string): MetricPoint {
  const [path, value, time, ...more] = line.trim().split(/[ \t]+/);
  if (path === undefined || value === undefined || time === undefined || more.length > 0) {
    throw new RefusedMessage('unreadable', 'expected a name, a value and a time');
  }
  return { ...parsePath(path), value: parseValue(value), seconds: NOW.has(time) ? undefined : parseSeconds(time) };
}

/**
 * Reads a name with its tags. A section of tags that does not split into `key=value` is left out, and the metric has no tags then (apis §9); one without
 * any `=` is none.
 * @throws RefusedMessage
 */
export function parsePath(path: string): Pick<MetricPoint, 'name' | 'tags'> {
  const semicolon = path.indexOf(';');
  const name = semicolon < 0 ? path : path.slice(0, semicolon);
  if (!NAME.test(name)) throw new RefusedMessage('bad-name', 'expected a name of letters, digits and . _ : -');
  if (semicolon < 0) return { name, tags: [] };
  const section = path.slice(semicolon + 1);
  if (!section.includes('=')) throw new RefusedMessage('bad-tags', 'expected tags as key=value');
  const tags = section.split(';').map((tag): [string, string] => {
    const equals = tag.indexOf('=');
    return [tag.slice(0, equals), tag.slice(equals + 1)];
  });
  return { name, tags: tags.every(([key, value]) => key !== '' && value !== '') ? tags : [] };
}

function parseValue(text: string): number {
  if (NOT_A_NUMBER.test(text)) throw new RefusedMessage('not-a-number', 'its value is NaN');
  const value = Number(text);
  if (!DECIMAL.test(text) || !Number.isFinite(value)) throw new RefusedMessage('bad-value', 'expected a finite number');
  return value;
}

function parseSeconds(text: string): number {
  if (!DECIMAL.test(text)) throw badTime();
  return checkedSeconds(Number(text));
}

/** @throws RefusedMessage for a time before 1970, or after the year 9999 */
export function checkedSeconds(seconds: number): number {
  if (!(seconds >= 0 && seconds < 253_402_300_800)) throw badTime();
  return seconds;
}

function badTime(): RefusedMessage {
  return new RefusedMessage('bad-time', 'expected seconds since 1970');
}
