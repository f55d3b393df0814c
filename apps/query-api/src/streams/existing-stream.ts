import type { MetadataRegistry, Stream } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';

/** @throws HerculesError STREAM_NOT_FOUND */
export function existingStream(registry: Pick<MetadataRegistry, 'stream'>, name: string): Stream {
  const stream = registry.stream(name);
  if (stream === undefined) throw new HerculesError('STREAM_NOT_FOUND', `There is no stream '${name}'`);
  return stream;
}
