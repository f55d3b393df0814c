import { TypeCode } from '@hercules/protocol';
import { type AnyValues, ValueField } from './any-value.ts';
import { type EventBuffer, Head, tagHead } from './event-buffer.ts';
import { eachResourcePair } from './pair-bytes.ts';

const PAIR = new Head(Buffer.from([0, 2]), tagHead('key', TypeCode.STRING));
const VALUE = new Head(tagHead('value', TypeCode.STRING));
const METRIC_PREFIX = 'metric_';
/** Text of a value that is not set (apis §10). */
const UNKNOWN = 'unknown';

/** What a resource attribute is called as a tag of metrics; the lower rank wins. */
const MAPPED: ReadonlyMap<string, readonly [tag: string, rank: number]> = new Map([
  ['project', ['project', 1]],
  ['subproject', ['subproject', 1]],
  ['environment', ['environment', 1]],
  ['service.name', ['application', 2]],
  ['host.name', ['host', 2]],
  ['service.instance.id', ['instance', 2]],
  ['service.namespace', ['project', 2]],
  ['deployment.environment.name', ['environment', 2]],
  ['deployment.environment', ['environment', 3]],
]);

/** Writes a pair of a metric's `tags` from texts. */
export function writeTag(out: EventBuffer, key: string, value: string): void {
  out.head(PAIR);
  out.text(key);
  out.head(VALUE);
  out.text(value);
}

/** The same, its value being UTF-8 in the request. */
export function writeTagBytes(out: EventBuffer, key: Buffer, src: Buffer, start: number, end: number): void {
  out.head(PAIR);
  out.string(key, 0, key.length);
  out.head(VALUE);
  out.string(src, start, end);
}

/**
 * Writes the last pair of `values` as a tag, with its value as text.
 * @returns false for an empty text, which is no value of a tag (Graphite refuses it); nothing is written then
 */
export function writeAttributeTag(out: EventBuffer, values: AnyValues): boolean {
  const { reader } = values;
  const { keyStart, keyEnd } = values;
  const isString = values.field === ValueField.STRING;
  if (keyEnd === keyStart || (isString && values.end === values.start)) return false;
  out.head(PAIR);
  out.string(reader.buf, keyStart, keyEnd);
  out.head(VALUE);
  if (isString) out.string(reader.buf, values.start, values.end);
  else out.text(values.field === ValueField.UNSET ? UNKNOWN : values.text(0));
  return true;
}

/** The tags that the attributes of a Resource make, in the order in which they come: those for metrics by name, and some that are known. */
export function resourceTags(values: AnyValues, start: number, end: number): Map<string, string> {
  const tags = new Map<string, { readonly text: string; readonly rank: number }>();
  eachResourcePair(values, start, end, () => {
    const key = values.reader.buf.toString('utf8', values.keyStart, values.keyEnd);
    const [tag, rank] = key.startsWith(METRIC_PREFIX) ? [key.slice(METRIC_PREFIX.length), 0] : (MAPPED.get(key) ?? ['', 0]);
    const text = values.field === ValueField.UNSET ? UNKNOWN : values.text(0);
    if (tag === '' || text === '') return;
    const known = tags.get(tag);
    if (known === undefined || known.rank >= rank) tags.set(tag, { text, rank });
  });
  return new Map([...tags].map(([tag, { text }]) => [tag, text]));
}
