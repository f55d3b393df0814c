import type { Container, Value } from '../event.ts';
import { renderStackTrace } from '../schemas/exception.ts';
import { floatingText, shortestFloat } from './floating-text.ts';
import type { JsonValue } from './json-value.ts';
import { plainJson } from './plain-json.ts';

/** Turns a tag's value into JSON; null means "nothing is put". */
export type Transformer = (value: Value) => JsonValue;

function scalarToString(value: Value): string | null {
  switch (value.type) {
    case 'string':
    case 'uuid':
      return value.value;
    case 'byte':
      return String((value.value << 24) >> 24);
    case 'float':
      return floatingText(shortestFloat(value.value));
    case 'double':
      return floatingText(value.value);
    case 'short':
    case 'integer':
    case 'long':
    case 'flag':
      return String(value.value);
    case 'null':
    case 'container':
    case 'vector':
      return null;
  }
}

function uuidWithoutHyphens(value: Value): string | null {
  return value.type === 'uuid' ? value.value.replaceAll('-', '') : null;
}

function exceptionToStackTrace(value: Value): string | null {
  return value.type === 'container' ? renderStackTrace(value.value) : null;
}

/** `key=value,` for each pair, for Grafana's annotations; a project without a subproject ends in `subproject=null` (protocol §9.2). */
function grafanaAnnotationTags(value: Value): string | null {
  if (value.type !== 'vector' || value.value.elementType !== 'container') return null;
  let text = '';
  let hasProject = false;
  let hasSubproject = false;
  for (const pair of value.value.elements as readonly Container[]) {
    const key = pair.get('key');
    const tagValue = pair.get('value');
    if (key?.type !== 'string' || tagValue?.type !== 'string') continue;
    hasProject ||= key.value === 'project';
    hasSubproject ||= key.value === 'subproject';
    text += `${sanitize(key.value)}=${sanitize(tagValue.value)},`;
  }
  return hasProject && !hasSubproject ? `${text}subproject=null` : text;
}

/** One for one in UTF-16 units, as in the original: a character above U+FFFF becomes two. */
function sanitize(text: string): string {
  return text.replace(/[^A-Za-z0-9_:-]/g, '_');
}

/** By the last segment of the class name that the original's mapping files use, and by a short name. */
export const TRANSFORMERS: ReadonlyMap<string, Transformer> = new Map<string, Transformer>([
  ['PlainTransformer', plainJson],
  ['plain', plainJson],
  ['ScalarToStringTransformer', scalarToString],
  ['scalar-to-string', scalarToString],
  ['UuidToStringWithoutHyphensTransformer', uuidWithoutHyphens],
  ['uuid-without-hyphens', uuidWithoutHyphens],
  ['ExceptionToStackTraceTransformer', exceptionToStackTrace],
  ['stack-trace', exceptionToStackTrace],
  ['GrafanaAnnotationTagsTransformer', grafanaAnnotationTags],
  ['grafana-tags', grafanaAnnotationTags],
]);
