import { HerculesError } from '../errors.ts';
import { HPath } from '../hpath.ts';
import { COMBINERS, type Combiner } from './combiners.ts';
import { type Transformer, TRANSFORMERS } from './transformers.ts';

/** One directive of a mapping file (protocol §9.2). An empty path is the root. */
export type Mapper =
  | {
      readonly kind: 'transform';
      readonly source: HPath;
      readonly target: HPath;
      readonly transformer: Transformer;
      readonly transformerName: string;
    }
  | { readonly kind: 'move'; readonly source: HPath; readonly target: HPath; readonly except: ReadonlySet<string> }
  | { readonly kind: 'combine'; readonly sources: readonly HPath[]; readonly target: HPath; readonly combiner: Combiner }
  | {
      readonly kind: 'project';
      readonly source: HPath;
      readonly target: HPath;
      readonly key: { readonly tag: string; readonly transformer: Transformer };
      readonly value: { readonly tag: string; readonly transformer: Transformer };
    };

/** How events become documents. */
export interface EventMapping {
  readonly mappers: readonly Mapper[];
}

const SEGMENT = '[a-zA-Z0-9_.-]+';
const PATH = new RegExp(`^(/|${SEGMENT}(/${SEGMENT})*)$`);
const NAME = new RegExp(`^${SEGMENT}$`);
const DIRECTIVES = 'transform, move, combine or project';

/**
 * Reads a mapping file: one directive a line, empty lines and lines that begin with # are passed over.
 * @param source its name for errors
 * @throws HerculesError BAD_CONFIG that names the line and what was expected there
 */
export function parseMapping(text: string, source = 'mapping'): EventMapping {
  const mappers = text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    return [new DirectiveParser(line, `${source}, line ${i + 1}`).parse()];
  });
  return { mappers };
}

class DirectiveParser {
  readonly #tokens: string[];
  readonly #where: string;
  #next = 0;

  constructor(line: string, where: string) {
    this.#tokens = line.trimEnd().split(' ');
    this.#where = where;
  }

  parse(): Mapper {
    const directive = this.#take(DIRECTIVES);
    const mapper = this.#directive(directive);
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) this.#fail('the end of the line', rest);
    return mapper;
  }

  #directive(directive: string): Mapper {
    switch (directive) {
      case 'transform':
        return this.#transform();
      case 'move':
        return this.#move();
      case 'combine':
        return this.#combine();
      case 'project':
        return this.#project();
      default:
        return this.#fail(DIRECTIVES, directive);
    }
  }

  #transform(): Mapper {
    const source = this.#path();
    this.#word('to');
    const target = this.#fieldPath();
    const transformerName = this.#optionalTransformerName();
    return { kind: 'transform', source, target, transformerName, transformer: TRANSFORMERS.get(transformerName)! };
  }

  #move(): Mapper {
    const source = this.#wildcardPath();
    this.#word('to');
    const target = this.#wildcardPath();
    const except = new Set<string>();
    if (this.#tokens[this.#next] === 'except') {
      this.#next++;
      for (const tag of this.#take('tags to leave out, joined by commas').split(',')) {
        if (!NAME.test(tag)) this.#fail('tags to leave out, joined by commas', tag);
        except.add(tag);
      }
    }
    return { kind: 'move', source, target, except };
  }

  #combine(): Mapper {
    const sources = this.#take('paths joined by commas')
      .split(',')
      .map((path) => this.#pathOf(path));
    this.#word('to');
    const target = this.#fieldPath();
    this.#word('using');
    const name = lastSegment(this.#take('a combiner'));
    const combiner = COMBINERS.get(name);
    if (combiner === undefined) return this.#fail(`a combiner (${[...COMBINERS.keys()].join(', ')})`, name);
    const { min, max } = combiner.sources;
    if (sources.length < min || sources.length > max) {
      this.#fail(`${min === max ? min : `${min} to ${max}`} paths for ${name}`, sources.join(','));
    }
    return { kind: 'combine', sources, target, combiner: combiner.combine };
  }

  #project(): Mapper {
    const source = this.#path();
    this.#word('to');
    const target = this.#path();
    this.#word('with');
    const key = this.#projectedTag();
    this.#word('and');
    const value = this.#projectedTag();
    return { kind: 'project', source, target, key, value };
  }

  #projectedTag(): { tag: string; transformer: Transformer } {
    const tag = this.#take('the name of a tag');
    if (!NAME.test(tag)) this.#fail('the name of a tag', tag);
    return { tag, transformer: TRANSFORMERS.get(this.#optionalTransformerName())! };
  }

  #optionalTransformerName(): string {
    if (this.#tokens[this.#next] !== 'using') return 'PlainTransformer';
    this.#next++;
    const name = lastSegment(this.#take('a transformer'));
    if (!TRANSFORMERS.has(name)) this.#fail(`a transformer (${[...TRANSFORMERS.keys()].join(', ')})`, name);
    return name;
  }

  #path(): HPath {
    return this.#pathOf(this.#take('a path'));
  }

  /** A field has a name, so the root is none. */
  #fieldPath(): HPath {
    const path = this.#path();
    return path.segments.length === 0 ? this.#fail('the path of a field', path.text) : path;
  }

  #pathOf(text: string): HPath {
    if (!PATH.test(text)) this.#fail('a path of names of letters, digits, "_", "." and "-", joined by "/"', text);
    return HPath.parse(text);
  }

  /** `a/b/*`, or `*` for the root. */
  #wildcardPath(): HPath {
    const text = this.#take('a path that ends in "/*", or "*"');
    if (text === '*') return HPath.parse('/');
    if (!text.endsWith('/*') || !PATH.test(text.slice(0, -2))) this.#fail('a path that ends in "/*", or "*"', text);
    return HPath.parse(text.slice(0, -2));
  }

  #word(word: string): void {
    const token = this.#take(`"${word}"`);
    if (token !== word) this.#fail(`"${word}"`, token);
  }

  #take(expected: string): string {
    const token = this.#tokens[this.#next];
    if (token === undefined || token === '') return this.#fail(expected, token ?? 'the end of the line');
    this.#next++;
    return token;
  }

  #fail(expected: string, found: string): never {
    const shown = found === '' ? 'a second space' : found === 'the end of the line' ? found : `"${found}"`;
    throw new HerculesError('BAD_CONFIG', `${this.#where}: expected ${expected}, found ${shown}`);
  }
}

/** Original mapping files name classes in full. */
function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
