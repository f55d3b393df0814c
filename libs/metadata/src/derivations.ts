import { HerculesError } from '@hercules/protocol';
import { stringifyJson } from './json.ts';
import type { DerivedStream, Split, Stream } from './stream.ts';

/** Sources that are read once to fill one derived stream, or the several outputs of a splitter. */
export interface Derivation {
  /** Name of the derived stream, or of the splitter's group. */
  readonly name: string;
  readonly isSplitter: boolean;
  readonly sources: readonly string[];
  /** One stream; of a splitter those that there are, sorted by node. */
  readonly outputs: readonly DerivedStream[];
}

/** What has to be done to fill all derived streams of the metadata, sorted by kind and name. */
export function derivationsOf(streams: readonly Stream[]): Derivation[] {
  const derived = streams.filter((stream) => stream.type === 'derived');
  const plain = derived
    .filter(({ split }) => !split)
    .map((stream): Derivation => ({ name: stream.name, isSplitter: false, sources: stream.streams, outputs: [stream] }));
  const groups = Map.groupBy(
    derived.filter(({ split }) => split),
    ({ split }) => split!.group,
  );
  const splitters = [...groups].map(([name, outputs]): Derivation => {
    const sorted = outputs.sort((a, b) => (a.split!.node < b.split!.node ? -1 : 1));
    return { name, isSplitter: true, sources: sorted[0]!.streams, outputs: sorted };
  });
  const byName = (a: Derivation, b: Derivation): number => (a.name < b.name ? -1 : 1);
  return [...plain.sort(byName), ...splitters.sort(byName)];
}

/**
 * Refuses a stream that would read itself, by whatever way: its events would go round for ever.
 * @param find the streams that there are
 * @throws HerculesError CONFLICT that names the way
 */
export function requireNoCycle(stream: Stream, find: (name: string) => Stream | undefined): void {
  const seen = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    if (name === stream.name) {
      const text = [...way, name].reverse().join(' → ');
      throw new HerculesError('CONFLICT', `Stream '${stream.name}' would read itself: ${text}. Expected sources that do not depend on it`);
    }
    if (seen.has(name)) return;
    seen.add(name);
    const source = find(name);
    if (source?.type === 'derived') for (const next of source.streams) visit(next, [...way, name]);
  };
  // A base stream that others name as their source already cannot close a circle: it reads nothing.
  if (stream.type === 'derived') for (const source of stream.streams) visit(source, [stream.name]);
}

/**
 * Refuses an output of a splitter that does not agree with the others of its group, or takes the node of one.
 * @throws HerculesError CONFLICT that names what differs
 */
export function requireFittingSplit(stream: Stream, streams: readonly Stream[]): void {
  if (stream.type !== 'derived' || !stream.split) return;
  const { split } = stream;
  for (const other of streams) {
    if (other.type !== 'derived' || other.split?.group !== split.group || other.name === stream.name) continue;
    if (other.split.node === split.node) {
      throw new HerculesError('CONFLICT', `Output '${other.name}' of the splitter '${split.group}' has the node '${split.node}' already`);
    }
    const [mine, theirs] = [sharedSettings(stream, split), sharedSettings(other, other.split)];
    for (const [what, value] of Object.entries(mine)) {
      if (value === theirs[what]) continue;
      throw new HerculesError(
        'CONFLICT',
        `The outputs of the splitter '${split.group}' must have the same ${what}: expected ${theirs[what]} as '${other.name}' has, got ${value}`,
      );
    }
  }
}

function sharedSettings({ streams, filters }: DerivedStream, { shardingKeys, algorithm }: Split): Record<string, string> {
  const texts = { streams, filters, shardingKeys, algorithm };
  return Object.fromEntries(Object.entries(texts).map(([what, value]) => [what, stringifyJson(value)]));
}
