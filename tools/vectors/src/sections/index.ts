import type { Section } from '../section.ts';
import { codec } from './codec.ts';
import { elasticBulkActionLine } from './elastic-bulk-action-line.ts';
import { elasticIndex } from './elastic-index.ts';
import { elasticJson } from './elastic-json.ts';
import { eventIds } from './event-ids.ts';
import { graphiteLines } from './graphite-lines.ts';
import { hash } from './hash.ts';
import { logicalSharding } from './logical-sharding.ts';
import { lz4 } from './lz4.ts';
import { kafkaDefaultPartitioner } from './murmur2.ts';
import { splitter } from './splitter.ts';
import { stackTrace } from './stack-trace.ts';
import { timetrap } from './timetrap.ts';

/** All sections of a file of test vectors, in the order of the report. */
export const SECTIONS: readonly Section[] = [
  codec,
  hash,
  kafkaDefaultPartitioner,
  lz4,
  eventIds,
  timetrap,
  logicalSharding,
  stackTrace,
  elasticJson,
  elasticIndex,
  elasticBulkActionLine,
  graphiteLines,
  splitter,
];

/** Keys that tell about the file and hold no cases. */
export const DESCRIPTIVE_KEYS: readonly string[] = ['meta'];
