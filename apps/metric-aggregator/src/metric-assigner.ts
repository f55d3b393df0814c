import { type Container, EventWriter, HerculesError, HPath, readContainer, TagSelector, TypeCode } from '@hercules/protocol';
import type { EventAssigner } from '@hercules/streaming';
import { type Aggregation, type AggregationDefaults, parseAggregation, type Parameters } from './aggregation.ts';
import type { FlatMetricRules } from './flat-metric-rules.ts';
import type { MetricAggregate } from './metric-aggregate.ts';
import { seriesKeyPrefix } from './series-key.ts';

const PATHS = ['value', 'tags', 'aggregationType', 'aggregationParameters', 'enrichment'] as const;
const [VALUE, TAGS, TYPE, PARAMETERS, ENRICHMENT] = [0, 1, 2, 3, 4] as const;
const TICKS_PER_MS = 10_000;
const TWO_32 = 2 ** 32;
const TIMESTAMP_AT = 1;
/** Element type and number of elements of a vector. */
const VECTOR_HEADER_BYTES = 5;
/** Distinct settings and names that are kept; beyond that all are read anew. */
const MOST_CACHED = 20_000;

interface Target {
  readonly aggregation: Aggregation;
  readonly prefix: string;
  /** Tags of the series in place of the event's own. */
  readonly tags: string | undefined;
}

/** Counts events that cannot be aggregated, by reason. */
export type OnRefused = (reason: 'bad_aggregation' | 'bad_value', message: string) => void;

export interface MetricAssignerOptions {
  readonly defaults: AggregationDefaults;
  readonly rules: FlatMetricRules;
  readonly onRefused: OnRefused;
}

/**
 * Reads metric events (protocol §10.3): those with an `aggregationType`, those that carry the mark of a rule (`enrichment`, sinks §9), and flat ones that rules select. Settings are read once for all
 * events that have the same bytes of them.
 */
export class MetricAssigner implements EventAssigner<MetricAggregate> {
  eventMs = 0;
  targets = 0;
  readonly periodsMs: number[] = [];
  readonly latenessesMs: number[] = [];
  readonly keys: string[] = [];
  readonly #options: MetricAssignerOptions;
  readonly #selector = new TagSelector(PATHS.map((path) => HPath.parse(path)));
  readonly #bySettings = new Map<string, Target | null>();
  readonly #byName = new Map<string, readonly Target[]>();
  readonly #writer = new EventWriter();
  readonly #sketched: boolean[] = [];
  #value = 0;
  #ticks = 0;

  constructor(options: MetricAssignerOptions) {
    this.#options = options;
  }

  read(buffer: Buffer, start: number, end: number): boolean {
    const { types, starts, ends } = this.#selector;
    this.#selector.select(buffer, start, end);
    this.targets = 0;
    if (types[TAGS] !== TypeCode.VECTOR || buffer[starts[TAGS]!] !== TypeCode.CONTAINER) return false;
    const tags = buffer.toString('latin1', starts[TAGS], ends[TAGS]);
    if (types[TYPE] === TypeCode.STRING) {
      const hasParameters = types[PARAMETERS] === TypeCode.CONTAINER;
      const type = buffer.toString('latin1', starts[TYPE], ends[TYPE]);
      const parameters = hasParameters ? buffer.toString('latin1', starts[PARAMETERS], ends[PARAMETERS]) : '';
      const target = this.#settings(`${type}\n${parameters}`, () => {
        const text = buffer.toString('utf8', starts[TYPE], ends[TYPE]);
        return { functionName: text, parameters: hasParameters ? this.#parameters(buffer, PARAMETERS) : new Map() };
      });
      if (target !== null) this.#add(target, tags);
    } else if (types[ENRICHMENT] === TypeCode.CONTAINER) this.#readMark(buffer, tags);
    else if (!this.#options.rules.isEmpty) {
      const name = flatName(buffer, starts[TAGS]!, ends[TAGS]!);
      if (name !== undefined) for (const target of this.#renamed(name)) this.#add(target, tags);
    }
    if (this.targets === 0) return false;
    this.#value = types[VALUE] === TypeCode.DOUBLE ? buffer.readDoubleBE(starts[VALUE]!) : NaN;
    if (!Number.isFinite(this.#value)) {
      this.#options.onRefused('bad_value', 'value: expected a finite Double');
      return false;
    }
    this.#ticks = buffer.readInt32BE(start + TIMESTAMP_AT) * TWO_32 + buffer.readUInt32BE(start + TIMESTAMP_AT + 4);
    this.eventMs = Math.floor(this.#ticks / TICKS_PER_MS);
    return true;
  }

  add(aggregate: MetricAggregate, target: number): void {
    aggregate.add(this.#value, this.#ticks, this.#sketched[target]!);
  }

  #add({ aggregation, prefix, tags: ownTags }: Target, tags: string): void {
    const i = this.targets++;
    this.periodsMs[i] = aggregation.periodMs;
    this.latenessesMs[i] = aggregation.timeToLiveMs;
    this.keys[i] = prefix + (ownTags ?? tags);
    this.#sketched[i] = aggregation.function === 'percentiles';
  }

  /** An event that the original's Radamant has marked: the new name and the settings stand in its enrichment. */
  #readMark(buffer: Buffer, tags: string): void {
    const { starts, ends } = this.#selector;
    const target = this.#settings(`\n${buffer.toString('latin1', starts[ENRICHMENT], ends[ENRICHMENT])}`, () => {
      const parameters = this.#parameters(buffer, ENRICHMENT);
      const newName = parameters.get('new_name');
      const functionName = String(parameters.get('function') ?? '');
      return { functionName, parameters, ...(typeof newName === 'string' ? { tags: this.#nameTags(newName) } : {}) };
    });
    if (target !== null) this.#add(target, tags);
  }

  /** null = settings that cannot be used */
  #settings(key: string, read: () => { functionName: string; parameters: Parameters; tags?: string }): Target | null {
    let target = this.#bySettings.get(key);
    if (target !== undefined) return target;
    try {
      const { functionName, parameters, tags } = read();
      target = targetOf(parseAggregation(functionName, parameters, this.#options.defaults), tags);
    } catch (error) {
      if (!(error instanceof HerculesError)) throw error;
      this.#options.onRefused('bad_aggregation', error.message);
      // Not remembered, so that every event of the kind is counted as refused.
      return null;
    }
    if (this.#bySettings.size >= MOST_CACHED) this.#bySettings.clear();
    this.#bySettings.set(key, target);
    return target;
  }

  #renamed(name: string): readonly Target[] {
    let targets = this.#byName.get(name);
    if (targets === undefined) {
      targets = this.#options.rules.apply(name).map(({ name: newName, aggregation }) => targetOf(aggregation, this.#nameTags(newName)));
      if (this.#byName.size >= MOST_CACHED) this.#byName.clear();
      this.#byName.set(name, targets);
    }
    return targets;
  }

  #parameters(buffer: Buffer, slot: number): Parameters {
    const { starts, ends } = this.#selector;
    return plainValues(readContainer(buffer.subarray(starts[slot], ends[slot])).container);
  }

  /** The bytes of a vector of tags with nothing but a name. */
  #nameTags(name: string): string {
    const writer = this.#writer;
    writer.reset();
    writer.beginEvent(0n, Buffer.alloc(16));
    writer.beginVector('tags', 'container');
    writer.beginContainer(null);
    writer.string('key', '_name');
    writer.string('value', name);
    writer.endContainer();
    writer.endVector();
    writer.endEvent();
    const bytes = writer.events();
    const at = bytes.indexOf('tags') + 'tags'.length + 1;
    return bytes.toString('latin1', at);
  }
}

function targetOf(aggregation: Aggregation, tags: string | undefined): Target {
  return { aggregation, prefix: seriesKeyPrefix(aggregation), tags };
}

/** Texts and numbers of a container; others are left out. */
function plainValues(container: Container): Parameters {
  const values = new Map<string, string | number | readonly number[]>();
  for (const [key, { type, value }] of container) {
    if (type === 'string') values.set(key, value);
    else if (type === 'long') values.set(key, Number(value));
    else if (type === 'integer' || type === 'short' || type === 'byte' || type === 'double' || type === 'float') values.set(key, value);
    else if (type === 'vector' && (value.elementType === 'double' || value.elementType === 'float'))
      values.set(key, [...(value.elements as number[])]);
  }
  return values;
}

const FLAT_COUNT = 1;
const KEY = Buffer.from('\x00\x02\x03key', 'latin1');
const NAME = Buffer.from('_name');
const VALUE_KEY = Buffer.from('\x05value', 'latin1');

/** The name of a flat metric: its only tag is `_name` (key first, as all producers write it); undefined for others. */
function flatName(buffer: Buffer, start: number, end: number): string | undefined {
  if (buffer.readInt32BE(start + 1) !== FLAT_COUNT) return undefined;
  let at = start + VECTOR_HEADER_BYTES;
  if (!stands(KEY, buffer, at) || buffer[(at += KEY.length)] !== TypeCode.STRING) return undefined;
  if (buffer.readInt32BE(at + 1) !== NAME.length || !stands(NAME, buffer, at + 5)) return undefined;
  at += 5 + NAME.length;
  if (!stands(VALUE_KEY, buffer, at) || buffer[(at += VALUE_KEY.length)] !== TypeCode.STRING) return undefined;
  return buffer.toString('utf8', at + 5, end);
}

function stands(bytes: Buffer, buffer: Buffer, at: number): boolean {
  return buffer.compare(bytes, 0, bytes.length, at, at + bytes.length) === 0;
}
