import { type KafkaCluster, type PartitionReader, RecordRange } from '@hercules/kafka';
import { z } from 'zod';
import type { DependencyLink } from './dependency-links.ts';

const windowSchema = z.object({
  start: z.number(),
  calls: z.array(z.tuple([z.string(), z.string(), z.number(), z.number()])),
});

/** A window arrives after its end, and may be amended for a while. */
const ARRIVAL_MARGIN_MS = 300_000;
const READ_TIMEOUT_MS = 10_000;

/** Who called whom, as trace-analytics has counted it window by window. */
export class RecordedCalls {
  readonly #partitions: Pick<PartitionReader, 'fetch' | 'offsets'>;
  readonly #cluster: Pick<KafkaCluster, 'partitionCount' | 'refreshMetadata'>;
  readonly #topic: string;

  constructor(
    partitions: Pick<PartitionReader, 'fetch' | 'offsets'>,
    cluster: Pick<KafkaCluster, 'partitionCount' | 'refreshMetadata'>,
    topic: string,
  ) {
    this.#partitions = partitions;
    this.#cluster = cluster;
    this.#topic = topic;
  }

  /** Whether anybody counts. */
  async #isThere(): Promise<boolean> {
    if (this.#cluster.partitionCount(this.#topic) > 0) return true;
    await this.#cluster.refreshMetadata();
    return this.#cluster.partitionCount(this.#topic) > 0;
  }

  /**
   * Calls of the windows that begin in [fromMs, toMs).
   * @returns undefined when nothing was counted then, or nobody counts
   * @throws HerculesError KAFKA_UNAVAILABLE
   */
  async links(fromMs: number, toMs: number): Promise<DependencyLink[] | undefined> {
    if (!(await this.#isThere())) return undefined;
    const newest = new Map<string, z.infer<typeof windowSchema>['calls']>();
    const range = await RecordRange.between(this.#partitions, this.#topic, 1, { fromMs, toMs: toMs + ARRIVAL_MARGIN_MS });
    await range.read(
      ({ buffer, keyStarts, keyEnds, valueStarts, valueEnds }, i) => {
        const window = windowOf(buffer.toString('utf8', valueStarts[i], valueEnds[i]));
        if (window !== undefined && window.start >= fromMs && window.start < toMs) {
          newest.set(buffer.toString('utf8', keyStarts[i], keyEnds[i]), window.calls);
        }
        return true;
      },
      () => Promise.resolve(),
      AbortSignal.timeout(READ_TIMEOUT_MS),
    );
    return newest.size === 0 ? undefined : sumOf([...newest.values()].flat());
  }
}

function windowOf(text: string): z.infer<typeof windowSchema> | undefined {
  try {
    return windowSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function sumOf(calls: z.infer<typeof windowSchema>['calls']): DependencyLink[] {
  const links = new Map<string, { parent: string; child: string; callCount: number; errorCount: number }>();
  for (const [parent, child, count, errors] of calls) {
    const key = `${parent}\0${child}`;
    const link = links.get(key) ?? { parent, child, callCount: 0, errorCount: 0 };
    links.set(key, { ...link, callCount: link.callCount + count, errorCount: link.errorCount + errors });
  }
  return Array.from(links.values(), ({ errorCount, ...link }) => (errorCount > 0 ? { ...link, errorCount } : link));
}
