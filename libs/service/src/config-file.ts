import { readFileSync } from 'node:fs';
import { HerculesError } from '@hercules/protocol';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { isTree, type Tree } from './config-tree.ts';

/** The settings of a file, and where in it each stands. */
export interface ConfigFile {
  readonly tree: Tree;
  /** e.g. `config.yaml:12`; the deepest key of the path that is in the file */
  where(path: readonly PropertyKey[]): string;
}

/**
 * Reads a YAML file. Its content is never part of an error's text, because it may hold secrets.
 * @throws HerculesError BAD_CONFIG when it cannot be read, is not YAML, or holds something else than `name: value`
 */
export function readConfigFile(file: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const where = `${file}:${lines.linePos(error.pos[0]).line}`;
    throw new HerculesError('BAD_CONFIG', `--config ${where}: expected YAML, found: ${error.code.toLowerCase().replaceAll('_', ' ')}`);
  }
  return { tree: contentOf(document, file), where: (path) => whereOf(document, lines, file, path) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new HerculesError('BAD_CONFIG', `--config ${file}: expected a YAML file that can be read: ${reason}`, { cause: error });
  }
}

function contentOf(document: Document, file: string): Tree {
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    throw new HerculesError('BAD_CONFIG', `--config ${file}: expected YAML whose aliases can be resolved`, { cause: error });
  }
  if (content === null || content === undefined) return {};
  if (!isTree(content)) throw new HerculesError('BAD_CONFIG', `--config ${file}: expected settings, each as "name: value"`);
  return withoutNulls(content) as Tree;
}

/** A key without a value, such as a section in which all lines are comments, counts as absent. */
function withoutNulls(value: unknown): unknown {
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}

function whereOf(document: Document, lines: LineCounter, file: string, path: readonly PropertyKey[]): string {
  let line: number | undefined;
  let node: unknown = document.contents;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    let start: number | undefined;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      start = (node as { range?: [number, number, number] } | undefined)?.range?.[0];
    } else break;
    if (start === undefined) break;
    line = lines.linePos(start).line;
  }
  return line === undefined ? file : `${file}:${line}`;
}
