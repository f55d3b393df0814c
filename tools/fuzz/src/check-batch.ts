import {
  BatchChecker,
  ByteSink,
  encodeBatch,
  type HerculesEvent,
  JsonTranscoder,
  LOG_EVENT_MAPPING,
  parseMapping,
  readBatch,
} from '@hercules/protocol';
import { Mistaken } from './fuzz-target.ts';

/** The limits that the targets work with; the gateway's defaults are wider. */
export const LIMITS = { maxEventSize: 500_000, maxDepth: 64 };

const checker = new BatchChecker(LIMITS);
const REPLACEMENT = '\ufffd';

/**
 * Checks a batch that was accepted: the gateway's checker takes it, the reader reads it, and it is written again as it was. A text that is not UTF-8 keeps
 * its bytes on the way and cannot be written again (protocol §8), so such a batch is only read.
 * @returns its events
 * @throws Mistaken
 */
export function checkBatch(batch: Buffer): readonly HerculesEvent[] {
  const count = attempt('the checker refuses it', () => checker.check(batch));
  const end = checker.bounds[count]!;
  if (end !== batch.length) throw new Mistaken(`${batch.length - end} bytes come after the last event`);
  const events = attempt('it cannot be read', () => readBatch(batch));
  if (events.length !== count) throw new Mistaken(`${count} events are ${events.length} when read`);
  const again = attempt('it cannot be written again', () => encodeBatch(events));
  if (!again.equals(batch) && !textOf(events).includes(REPLACEMENT)) {
    const at = batch.findIndex((byte, i) => byte !== again[i]);
    throw new Mistaken(`it is not the same when written again: ${again.length} bytes for ${batch.length}, from byte ${at} on`);
  }
  return events;
}

/**
 * Checks a batch that was put together elsewhere: a key may be there twice (the last one counts), true may be another byte than 1. What is read is the same
 * when it is written and read again, unless a text is not UTF-8.
 * @returns its events
 * @throws Mistaken
 */
export function checkForeignBatch(batch: Buffer): readonly HerculesEvent[] {
  const count = attempt('the checker refuses it', () => checker.check(batch));
  const events = attempt('it cannot be read', () => readBatch(batch));
  if (events.length !== count) throw new Mistaken(`${count} events are ${events.length} when read`);
  if (textOf(events).includes(REPLACEMENT)) return events;
  const again = attempt('it cannot be written again', () => encodeBatch(events));
  if (!encodeBatch(attempt('what was written cannot be read', () => readBatch(again))).equals(again)) {
    throw new Mistaken('it is another batch when written and read again');
  }
  return events;
}

/** Checks that what sinks make of an accepted event can be made: a JSON document. */
export function checkDocuments(batch: Buffer): void {
  const transcoder = new JsonTranscoder({ mapping: parseMapping(LOG_EVENT_MAPPING) });
  const count = checker.check(batch);
  const { bounds } = checker;
  const out = new ByteSink();
  for (let i = 0; i < count; i++) {
    out.reset();
    attempt('no document can be made of it', () => {
      transcoder.write(batch, bounds[i]!, bounds[i + 1]!, out);
      JSON.parse(out.bytes().toString());
    });
  }
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Mistaken(`${what}: ${String(error)}`, { cause: error });
  }
}

function textOf(events: readonly HerculesEvent[]): string {
  return JSON.stringify(events, (_, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    return value instanceof Map ? [...(value as Map<string, unknown>)] : value;
  });
}
