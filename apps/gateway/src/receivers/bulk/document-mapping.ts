import { type EventWriter, HerculesError, type HPath, parseMapping } from '@hercules/protocol';
import { JsonKind, type JsonTape } from '../door/json-tape.ts';
import { writeJsonValue } from './write-json-value.ts';

/** The fields of log events stay at the top, everything else is a property (apis §8). */
export const DOCUMENT_MAPPING = `move * to properties/* except level,message,messageTemplate,exception,stackTrace
`;

/** A value of the document by its entry on the tape, a text that is not in it, or what is inside a container. */
type Node = number | string | Map<string, Node>;

interface Rule {
  readonly kind: 'transform' | 'move';
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly except: ReadonlySet<string>;
}

/** A text that every event of an index gets. */
export interface FixedTag {
  readonly path: HPath;
  readonly text: string;
}

/**
 * How documents become events: the mapping language of the sinks (protocol §9.2) in the other direction, of which `transform a to b` and `move a/* to b/*`
 * say something here. Members that no rule names stay where they are. Of two values for one place the later one stays.
 */
export class DocumentMapping {
  readonly #rules: readonly Rule[];

  /** @param text lines of a mapping @param source its name for errors @throws HerculesError BAD_CONFIG */
  constructor(text: string, source: string) {
    this.#rules = parseMapping(text, source).mappers.map((mapper) => {
      if (mapper.kind === 'move') {
        return { kind: 'move', source: mapper.source.segments, target: mapper.target.segments, except: mapper.except };
      }
      if (mapper.kind !== 'transform' || mapper.transformerName !== 'PlainTransformer') {
        throw new HerculesError('BAD_CONFIG', `${source}: documents become events by "transform … to …" and "move … to …" only`);
      }
      return { kind: 'transform', source: mapper.source.segments, target: mapper.target.segments, except: new Set() };
    });
  }

  /** Writes the tags of an event that has been begun. @param tape of a document, which is an object */
  write(writer: EventWriter, tape: JsonTape, fixed: readonly FixedTag[]): void {
    const root = new Map<string, Node>();
    const claimed = new Set<number>();
    for (const rule of this.#rules) this.#apply(rule, tape, root, claimed);
    eachMember(tape, 0, (key, value) => this.#keep(tape, root, key, value, claimed));
    for (const { path, text } of fixed) put(root, path.segments, text);
    writeMembers(writer, tape, root);
  }

  #apply({ kind, source, target, except }: Rule, tape: JsonTape, root: Map<string, Node>, claimed: Set<number>): void {
    const entry = find(tape, source);
    if (entry < 0) return;
    if (kind === 'transform') {
      claimed.add(entry);
      put(root, target, entry);
      return;
    }
    if (tape.kinds[entry] !== JsonKind.OBJECT) return;
    eachMember(tape, entry, (key, value) => {
      if (except.has(key) || claimed.has(value)) return;
      claimed.add(value);
      put(root, [...target, key], value);
    });
  }

  /** What no rule has taken stays; of an object of which something was taken, the rest does. */
  #keep(tape: JsonTape, parent: Map<string, Node>, key: string, entry: number, claimed: ReadonlySet<number>): void {
    if (claimed.has(entry)) return;
    if (tape.kinds[entry] !== JsonKind.OBJECT || !holdsClaimed(tape, entry, claimed)) {
      if (!(parent.get(key) instanceof Map)) parent.set(key, entry);
      return;
    }
    const existing = parent.get(key);
    const inner = existing instanceof Map ? existing : new Map<string, Node>();
    eachMember(tape, entry, (name, value) => this.#keep(tape, inner, name, value, claimed));
    if (inner.size > 0) parent.set(key, inner);
  }
}

function holdsClaimed(tape: JsonTape, entry: number, claimed: ReadonlySet<number>): boolean {
  for (const other of claimed) if (other > entry && other < tape.nexts[entry]!) return true;
  return false;
}

function eachMember(tape: JsonTape, entry: number, visit: (key: string, value: number) => void): void {
  const end = tape.nexts[entry]!;
  for (let member = entry + 1; member < end; member = tape.nexts[member + 1]!) visit(tape.key(member), member + 1);
}

/** The entry of the value at a path; −1 if there is none. */
export function find(tape: JsonTape, path: readonly string[]): number {
  let entry = 0;
  for (const segment of path) {
    if (tape.kinds[entry] !== JsonKind.OBJECT) return -1;
    let found = -1;
    eachMember(tape, entry, (key, value) => {
      if (key === segment) found = value;
    });
    if (found < 0) return -1;
    entry = found;
  }
  return entry;
}

function put(root: Map<string, Node>, path: readonly string[], value: Node): void {
  let parent = root;
  for (const segment of path.slice(0, -1)) {
    let inner = parent.get(segment);
    if (!(inner instanceof Map)) parent.set(segment, (inner = new Map<string, Node>()));
    parent = inner;
  }
  parent.set(path.at(-1)!, value);
}

function writeMembers(writer: EventWriter, tape: JsonTape, members: ReadonlyMap<string, Node>): void {
  for (const [key, node] of members) {
    if (typeof node === 'number') writeJsonValue(writer, key, tape, node);
    else if (typeof node === 'string') writer.string(key, node);
    else {
      writer.beginContainer(key);
      writeMembers(writer, tape, node);
      writer.endContainer();
    }
  }
}
