import { HerculesError, HPath, ProtocolError, TagSelector, type TypeName, typeCodeOf, uuidToBytes } from '@hercules/protocol';
import { z } from 'zod';

/** Decides over the event in [start, end) by its bytes; true lets it pass. */
export interface EventFilter {
  accepts(buffer: Buffer, start: number, end: number): boolean;
}

const SCALAR_TYPES = ['BYTE', 'SHORT', 'INTEGER', 'LONG', 'FLAG', 'FLOAT', 'DOUBLE', 'STRING', 'UUID', 'NULL'] as const;
type ScalarType = (typeof SCALAR_TYPES)[number];
const ANY = '*';

const patternFilterShape = {
  paths: z.array(z.string().min(1)).min(1),
  types: z.array(z.enum(SCALAR_TYPES)).optional(),
  patterns: z.array(z.string()).default([]),
};

/** The generic filters of sinks (sinks §1.2). */
export const eventFilterSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('blacklist'), ...patternFilterShape }),
  z.object({ type: z.literal('whitelist'), ...patternFilterShape }),
  z.object({ type: z.literal('switcher'), on: z.boolean().default(true) }),
]);

export type EventFilterConfig = z.infer<typeof eventFilterSchema>;
type PatternFilterConfig = Exclude<EventFilterConfig, { type: 'switcher' }>;

/** @throws HerculesError BAD_CONFIG for a pattern that does not fit the paths and types */
export function createEventFilter(config: EventFilterConfig): EventFilter {
  if (config.type === 'switcher') return { accepts: () => config.on };
  const patterns = new EventPatterns(config);
  return config.type === 'blacklist'
    ? { accepts: (buffer, start, end) => !patterns.match(buffer, start, end) }
    : { accepts: (buffer, start, end) => patterns.match(buffer, start, end) };
}

/** Patterns `v1:v2:…`, one value for each path: `*` is anything, absent too; a value is a tag of the path's type that holds it. */
class EventPatterns {
  readonly #selector: TagSelector;
  readonly #types: readonly number[];
  /** For each pattern the bytes of each value; undefined = anything. */
  readonly #patterns: readonly (readonly (Buffer | undefined)[])[];

  constructor({ paths, types = paths.map((): ScalarType => 'STRING'), patterns }: PatternFilterConfig) {
    if (types.length !== paths.length) {
      throw new HerculesError(
        'BAD_CONFIG',
        `a filter has ${paths.length} paths and ${types.length} types: expected one type for each path, or none`,
      );
    }
    this.#selector = new TagSelector(paths.map((path) => HPath.parse(path)));
    this.#types = types.map((type) => typeCodeOf(type.toLowerCase() as TypeName));
    this.#patterns = patterns.map((pattern) => {
      const values = pattern.split(':');
      if (values.length !== paths.length) {
        throw new HerculesError(
          'BAD_CONFIG',
          `filter pattern "${pattern}": expected ${paths.length} values joined by ":", got ${values.length}`,
        );
      }
      return values.map((value, i) => (value === ANY ? undefined : bytesOf(types[i]!, value, pattern)));
    });
  }

  match(buffer: Buffer, start: number, end: number): boolean {
    if (this.#patterns.length === 0) return false;
    this.#selector.select(buffer, start, end);
    return this.#patterns.some((values) => values.every((value, i) => value === undefined || this.#holds(buffer, i, value)));
  }

  #holds(buffer: Buffer, i: number, value: Buffer): boolean {
    const { types, starts, ends } = this.#selector;
    return types[i] === this.#types[i] && buffer.compare(value, 0, value.length, starts[i], ends[i]) === 0;
  }
}

/** The bytes of a value as they stand in an event. @throws HerculesError BAD_CONFIG when the text is no value of the type */
function bytesOf(type: ScalarType, text: string, pattern: string): Buffer {
  const wrong = (cause?: unknown): HerculesError =>
    new HerculesError('BAD_CONFIG', `filter pattern "${pattern}": "${text}" is no value of type ${type}`, { cause });
  try {
    switch (type) {
      case 'STRING':
        return Buffer.from(text);
      case 'UUID':
        return uuidToBytes(text);
      case 'NULL':
        if (text !== 'null') throw wrong();
        return Buffer.alloc(0);
      case 'FLAG':
        if (text !== 'true' && text !== 'false') throw wrong();
        return Buffer.from([text === 'true' ? 1 : 0]);
      default:
        return numberBytes(type, text);
    }
  } catch (error) {
    // What the conversions of numbers and uuids throw says nothing of the filter.
    if (error instanceof HerculesError && !(error instanceof ProtocolError)) throw error;
    throw wrong(error);
  }
}

function numberBytes(type: 'BYTE' | 'SHORT' | 'INTEGER' | 'LONG' | 'FLOAT' | 'DOUBLE', text: string): Buffer {
  if (text.trim() === '' || Number.isNaN(Number(text))) throw new RangeError(`"${text}" is no number`);
  const bytes = Buffer.alloc(8);
  switch (type) {
    case 'BYTE':
      return bytes.subarray(0, bytes.writeInt8(Number(BigInt(text))));
    case 'SHORT':
      return bytes.subarray(0, bytes.writeInt16BE(Number(BigInt(text))));
    case 'INTEGER':
      return bytes.subarray(0, bytes.writeInt32BE(Number(BigInt(text))));
    case 'LONG':
      return bytes.subarray(0, bytes.writeBigInt64BE(BigInt(text)));
    case 'FLOAT':
      return bytes.subarray(0, bytes.writeFloatBE(Number(text)));
    case 'DOUBLE':
      return bytes.subarray(0, bytes.writeDoubleBE(Number(text)));
  }
}
