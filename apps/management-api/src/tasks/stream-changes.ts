import { setTimeout as sleep } from 'node:timers/promises';
import { type MetadataState, requireFittingSplit, requireNoCycle, streamKey, type Stream } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import type { ChangeContext } from './change-context.ts';
import type { ChangeOf } from './task.ts';

/** The topic first, then the metadata, so that whoever sees the stream can use it. */
export async function createStream(context: ChangeContext, task: string, { stream }: ChangeOf<'stream.create'>): Promise<void> {
  const key = streamKey(stream.name);
  if (context.state.stream(stream.name) !== undefined) {
    // A former leader may have carried out this very task and died before it could say so.
    if (context.state.changedBy(key) === task) return;
    throw new HerculesError('ALREADY_EXISTS', `A stream with the name '${stream.name}' already exists`);
  }
  requireDerivable(stream, context.state);
  await context.writer.assertLeader();
  await context.topics.create(stream);
  await context.writer.put(key, { ...stream, task });
}

/** Throws CONFLICT for a stream that would read itself, or an output that does not fit into its splitter. */
export function requireDerivable(stream: Stream, state: Pick<MetadataState, 'stream' | 'streams'>): void {
  requireNoCycle(stream, (name) => state.stream(name));
  requireFittingSplit(stream, state.streams());
}

/** The metadata first, then, when the gateways have forgotten the stream, the topic. Absent ones are left so. */
export async function deleteStream(context: ChangeContext, { name }: ChangeOf<'stream.delete'>): Promise<void> {
  if (context.state.stream(name) !== undefined) await context.writer.remove(streamKey(name));
  await sleep(context.deleteGracePeriodMs, undefined, { signal: context.signal });
  await context.writer.assertLeader();
  await context.topics.delete(name);
}

export async function changeStreamTtl(context: ChangeContext, task: string, { name, ttl }: ChangeOf<'stream.changeTtl'>): Promise<void> {
  const stream = existing(context, name);
  await context.writer.assertLeader();
  await context.topics.setRetention(name, ttl);
  await context.writer.put(streamKey(name), { ...stream, ttl, task });
}

export async function changeStreamDescription(
  context: ChangeContext,
  task: string,
  { name, description }: ChangeOf<'stream.changeDescription'>,
): Promise<void> {
  await context.writer.put(streamKey(name), { ...existing(context, name), description, task });
}

export async function increaseStreamPartitions(
  context: ChangeContext,
  task: string,
  { name, partitions }: ChangeOf<'stream.increasePartitions'>,
): Promise<void> {
  const stream = existing(context, name);
  if (stream.partitions === partitions && context.state.changedBy(streamKey(name)) === task) return;
  requireMorePartitions(stream, partitions);
  await context.writer.assertLeader();
  await context.topics.grow(name, partitions);
  await context.writer.put(streamKey(name), { ...stream, partitions, task });
}

/** Throws CONFLICT unless it is more than the stream has: Kafka cannot take partitions away. */
export function requireMorePartitions(stream: Stream, partitions: number): void {
  if (partitions > stream.partitions) return;
  throw new HerculesError(
    'CONFLICT',
    `Stream '${stream.name}' has ${stream.partitions} partitions; expected a greater number, got ${partitions}`,
  );
}

function existing(context: ChangeContext, name: string): Stream {
  const stream = context.state.stream(name);
  if (stream === undefined) throw new HerculesError('STREAM_NOT_FOUND', `There is no stream '${name}' any more`);
  return stream;
}
