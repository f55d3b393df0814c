import { auditConfigSchema } from '@hercules/audit';
import { kafkaConfigSchema, producerConfigSchema } from '@hercules/kafka';
import { metadataConfigSchema } from '@hercules/metadata';
import { streamReplayConfigSchema } from '@hercules/replay';
import { httpConfigSchema, serviceConfigSchema } from '@hercules/service';
import { sinkConfigSchema } from '@hercules/sink';
import { z } from 'zod';

const { lingerMs } = sinkConfigSchema.shape;

/** The metadata says what is read and what passes; a copy waits less for company than a write to a store. */
const loopSchema = sinkConfigSchema
  .omit({ patterns: true, exclusions: true, filters: true, groupId: true })
  .extend({ lingerMs: lingerMs.removeDefault().default(20).describe(lingerMs.description!) });

export const derivedStreamsConfigSchema = z.object({
  ...serviceConfigSchema.shape,
  http: httpConfigSchema(6507),
  kafka: kafkaConfigSchema.prefault({}),
  audit: auditConfigSchema.prefault({}),
  producer: producerConfigSchema.prefault({}),
  metadata: metadataConfigSchema.prefault({}),
  names: z
    .array(z.string())
    .default([])
    .describe('Derived streams and groups of splitters that this instance fills; all of the metadata when empty'),
  sink: loopSchema.prefault({}),
  replays: streamReplayConfigSchema.prefault({}),
});

export type DerivedStreamsConfig = z.infer<typeof derivedStreamsConfigSchema>;
