import type { MetadataRegistry } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import { CombinedReplays, type ReplayExecutor, SinkReplays } from '@hercules/replay';
import { createSpanAdapter } from '../spans/create-span-adapter.ts';
import type { SpanParts } from '../spans/span-sink.ts';
import { TimelineReplays } from './timeline-replays.ts';

export interface CassandraReplayParts extends SpanParts {
  readonly name: string;
  /** Undefined when this app does not look after timelines. */
  readonly registry: MetadataRegistry | undefined;
}

/** Replays of spans, and of timelines where the app looks after them. */
export function cassandraReplays(parts: CassandraReplayParts): ReplayExecutor {
  const { config, registry, name } = parts;
  const { sink, replays, tracing } = config;
  const spans = new SinkReplays({
    ...parts,
    sink,
    replays,
    createAdapter: (suffix) => {
      if (!tracing.enabled)
        throw new HerculesError(
          'INVALID_ARGUMENT',
          `the sink ${name} stores no spans: expected tracing.enabled, or a timeline as the target`,
        );
      return createSpanAdapter({ ...parts, suffix });
    },
  });
  return new CombinedReplays(registry === undefined ? [spans] : [spans, new TimelineReplays({ ...parts, registry })]);
}
