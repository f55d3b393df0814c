import type { Container, HerculesEvent, Value } from '../event.ts';
import { formatIsoTicks } from '../iso-ticks.ts';
import { selectValue } from '../select-value.ts';
import { ClaimedPaths } from './claimed-paths.ts';
import { type JsonObject, type JsonValue, stringifyJson } from './json-value.ts';
import type { EventMapping, Mapper } from './mapping.ts';
import { plainJson } from './plain-json.ts';

export interface DocumentOptions {
  readonly mapping: EventMapping;
  /** Put the event's time into the document. Default true. */
  readonly timestampEnabled?: boolean;
  /** Default `@timestamp`. */
  readonly timestampField?: string;
  /** Leave out tags that no directive names. Default false. */
  readonly ignoreUnknownTags?: boolean;
}

/**
 * Renders decoded events as JSON documents by a mapping (protocol §9.1): the readable form of the rule. JsonTranscoder does the same on bytes.
 * In every step a field is put only where it is absent or null so far.
 */
export class DocumentFormatter {
  readonly #mappers: readonly Mapper[];
  readonly #timestampField: string | undefined;
  readonly #ignoreUnknownTags: boolean;
  readonly #claimed: ClaimedPaths;

  constructor({ mapping, timestampEnabled = true, timestampField = '@timestamp', ignoreUnknownTags = false }: DocumentOptions) {
    this.#mappers = mapping.mappers;
    this.#timestampField = timestampEnabled ? timestampField : undefined;
    this.#ignoreUnknownTags = ignoreUnknownTags;
    this.#claimed = ClaimedPaths.of(mapping);
  }

  toDocument({ timestamp, payload }: HerculesEvent): JsonObject {
    const document: JsonObject = new Map();
    if (this.#timestampField !== undefined) document.set(this.#timestampField, formatIsoTicks(timestamp));
    for (const mapper of this.#mappers) apply(mapper, payload, document);
    if (!this.#ignoreUnknownTags) putUnclaimed(payload, this.#claimed, document);
    return document;
  }

  toJson(event: HerculesEvent): string {
    return stringifyJson(this.toDocument(event));
  }
}

function apply(mapper: Mapper, payload: Container, document: JsonObject): void {
  switch (mapper.kind) {
    case 'transform': {
      const value = selectValue(payload, mapper.source);
      if (value !== undefined) put(document, mapper.target.segments, mapper.transformer(value));
      return;
    }
    case 'move':
      move(mapper, payload, document);
      return;
    case 'combine':
      put(document, mapper.target.segments, mapper.combiner(mapper.sources.map((source) => selectValue(payload, source))));
      return;
    case 'project':
      project(mapper, payload, document);
  }
}

function move({ source, target, except }: Extract<Mapper, { kind: 'move' }>, payload: Container, document: JsonObject): void {
  // From root to root nothing has to move: the step for unclaimed tags puts them there.
  if (source.segments.length === 0 && target.segments.length === 0) return;
  const container = source.segments.length === 0 ? payload : containerOf(selectValue(payload, source));
  if (container === undefined) return;
  const object = objectAt(document, target.segments);
  if (object === undefined) return;
  for (const [key, value] of container) if (!except.has(key)) put(object, [key], plainJson(value), true);
}

function project({ source, target, key, value }: Extract<Mapper, { kind: 'project' }>, payload: Container, document: JsonObject): void {
  const found = selectValue(payload, source);
  for (const pair of pairsOf(found)) {
    const keyTag = pair.get(key.tag);
    const valueTag = pair.get(value.tag);
    if (keyTag === undefined || valueTag === undefined) continue;
    const name = key.transformer(keyTag);
    const content = value.transformer(valueTag);
    if (name === null || content === null) continue;
    put(document, [...target.segments, typeof name === 'string' ? name : stringifyJson(name)], content);
  }
}

function pairsOf(value: Value | undefined): readonly Container[] {
  if (value?.type === 'container') return [value.value];
  return value?.type === 'vector' && value.value.elementType === 'container' ? (value.value.elements as readonly Container[]) : [];
}

function containerOf(value: Value | undefined): Container | undefined {
  return value?.type === 'container' ? value.value : undefined;
}

/** What no directive has claimed lands at the top under its own name, from inside of containers too. */
function putUnclaimed(container: Container, claimed: ClaimedPaths, document: JsonObject): void {
  for (const [key, value] of container) {
    const below = claimed.below(key);
    if (below === 'claimed') continue;
    if (below !== undefined && value.type === 'container') putUnclaimed(value.value, below, document);
    else put(document, [key], plainJson(value), true);
  }
}

/**
 * Puts a value where nothing or null is. Objects on the way are made; where something else is in the way, nothing is put.
 * @param keepNull put a null too: a Null tag is a field that is null, while a directive's null is "nothing"
 */
function put(document: JsonObject, path: readonly string[], value: JsonValue, keepNull = false): void {
  if (path.length === 0 || (value === null && !keepNull)) return;
  const object = objectAt(document, path.slice(0, -1));
  const field = path.at(-1)!;
  if (object !== undefined && (object.get(field) ?? null) === null) object.set(field, value);
}

/** The object at a path, made where nothing or null is; undefined when something else is in the way. */
function objectAt(document: JsonObject, path: readonly string[]): JsonObject | undefined {
  let object = document;
  for (const field of path) {
    let next = object.get(field) ?? null;
    if (next === null) object.set(field, (next = new Map()));
    if (!(next instanceof Map)) return undefined;
    object = next;
  }
  return object;
}
