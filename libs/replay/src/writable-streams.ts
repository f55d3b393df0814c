import type { MetadataRegistry } from '@hercules/metadata';
import type { TargetStream } from './stream-replays.ts';

/** The streams that a replay may write: those that producers write. Derived ones are filled from their sources alone. */
export function writableStreams(registry: Pick<MetadataRegistry, 'stream'>): (name: string) => TargetStream | undefined {
  return (name) => {
    const stream = registry.stream(name);
    return stream?.type === 'base' ? stream : undefined;
  };
}
