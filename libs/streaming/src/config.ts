import { z } from 'zod';

const ms = (least: number) => z.number().int().min(least);

/** Settings of windows over event time that all processors share. */
export const windowConfigSchema = z.object({
  disorderMs: ms(0)
    .default(500)
    .describe('How much earlier than the newest event of a partition others may be without a window’s first result missing them, in ms'),
  latenessMs: ms(0)
    .default(60_000)
    .describe('How long after its end a window is amended by late events, in ms of event time; later ones are only counted as late'),
  maxAheadMs: ms(0)
    .default(60_000)
    .describe('Events that are later than their own arrival by more than this, in ms, are not counted: their clock is wrong'),
  idleMs: ms(100)
    .default(500)
    .describe('A partition that has been read to its end and gets nothing for so long lets time pass by the clock, in ms'),
  deadlineMs: ms(0)
    .default(1500)
    .describe(
      'A result leaves so long after the end of its window even if some input may be missing, in ms; it is amended when that comes',
    ),
  amendIntervalMs: ms(50).default(1000).describe('A result that has left is amended at most this often, in ms'),
  maxEventIds: z
    .number()
    .int()
    .min(1000)
    .default(1_000_000)
    .describe(
      'Most ids of events that are remembered for each partition, to count none twice (about 60 bytes each); beyond that the oldest events count as late',
    ),
  maxGroups: z
    .number()
    .int()
    .min(100)
    .default(100_000)
    .describe('Most series in the open windows of a partition; events of further ones are only counted as overflowed'),
});

export type WindowConfig = z.infer<typeof windowConfigSchema>;

/** Settings of the loop of a processor. */
export const processorConfigSchema = z.object({
  commitIntervalMs: ms(50).default(1000).describe('How often offsets are committed, in ms'),
  tickIntervalMs: ms(20).default(200).describe('How often it is looked whether results are due, in ms'),
  sessionTimeoutMs: ms(6000).default(10_000).describe('After this silence Kafka gives the partitions to other members, in ms'),
  maxBufferedBytes: z
    .number()
    .int()
    .min(1024 * 1024)
    .default(32 * 1024 * 1024)
    .describe('Fetched and not yet processed bytes at which fetching stops'),
});

export type ProcessorConfig = z.infer<typeof processorConfigSchema>;
