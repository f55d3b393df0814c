import { compileFilters, type Derivation, type DerivedStream } from '@hercules/metadata';
import { WeightedNodes } from '@hercules/protocol';
import { CopyAdapter, type CopyAdapterParts, type CopyRoute } from '@hercules/sink';

/** The records of the sources that pass the filters, into a derived stream or one of a splitter's outputs, with the same key, bytes and time (sinks §7, §8). */
export function createDerivationAdapter(
  derivation: Derivation,
  { producer, findPartitions }: Pick<CopyAdapterParts, 'producer' | 'findPartitions'>,
): CopyAdapter {
  return new CopyAdapter({ producer, findPartitions, targets: derivation.outputs, route: createRoute(derivation), keepsTime: true });
}

function createRoute({ outputs, isSplitter }: Derivation): CopyRoute {
  const filter = compileFilters(outputs[0]!.filters);
  if (!isSplitter) return (buffer, start, end) => (filter.accepts(buffer, start, end) ? 0 : -1);
  const nodes = createNodes(outputs);
  return (buffer, start, end) => (filter.accepts(buffer, start, end) ? nodes.choose(buffer, start, end) : -1);
}

function createNodes(outputs: readonly DerivedStream[]): WeightedNodes {
  const { shardingKeys, algorithm } = outputs[0]!.split!;
  const nodes = Object.fromEntries(outputs.map(({ split }) => [split!.node, split!.weight]));
  return new WeightedNodes({ nodes, shardingKeys, algorithm });
}
