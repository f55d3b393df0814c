import { type PartitionReader, RecordRange } from '@hercules/kafka';
import {
  type AuditKey,
  decodeGatewayCounts,
  decodeKey,
  decodeSinkCounts,
  type GatewayCounts,
  type SinkCounts,
  streamMark,
} from './audit-record.ts';
import { auditPartition } from './audit-topic.ts';

export interface PublishedGatewayCounts extends GatewayCounts {
  readonly minute: number;
}

export interface PublishedSinkCounts extends SinkCounts {
  readonly group: string;
  readonly partition: number;
  readonly minute: number;
}

/** The newest counts of a stream in the audit topic. */
export interface PublishedCounts {
  readonly gateways: readonly PublishedGatewayCounts[];
  readonly sinks: readonly PublishedSinkCounts[];
  /** Every group that has ever counted the stream, as far as is kept, with the app it belongs to. */
  readonly groups: ReadonlyMap<string, string>;
}

/**
 * Reads the counts of a stream from the audit topic: all of its partition, because who has not been heard of for long matters most. Kept are those that say
 * something of the window: of its minutes, of later ones (how far somebody has got), and of events that happened in it.
 */
export async function readPublishedCounts(
  partitions: PartitionReader,
  topic: string,
  partitionCount: number,
  stream: string,
  { fromMinute, toMinute }: { readonly fromMinute: number; readonly toMinute: number },
  signal: AbortSignal,
): Promise<PublishedCounts> {
  const partition = auditPartition(stream, partitionCount);
  const [start, end] = await Promise.all([
    partitions.offsets(topic, [partition], 'earliest'),
    partitions.offsets(topic, [partition], 'latest'),
  ]);
  const gateways = new Map<string, PublishedGatewayCounts>();
  const sinks = new Map<string, PublishedSinkCounts>();
  const groups = new Map<string, string>();
  const isOfWindow = (minute: number, { events }: Pick<GatewayCounts, 'events'>): boolean =>
    minute >= fromMinute || events.some(([bucket]) => bucket >= fromMinute && bucket < toMinute);
  const mark = Buffer.from(streamMark(stream));
  const take = (key: AuditKey, keyText: string, value: string): void => {
    if (key[0] === 'gateway') {
      const counts = decodeGatewayCounts(value);
      if (counts !== undefined && isOfWindow(key[3], counts)) gateways.set(keyText, { ...counts, minute: key[3] });
      return;
    }
    const counts = decodeSinkCounts(value);
    if (counts === undefined) return;
    const [, , group, ofPartition, minute] = key;
    groups.set(group, counts.app);
    // Of two owners of a partition, the former may publish last; the one that has counted further knows more.
    if (!isOfWindow(minute, counts) || counts.to < (sinks.get(keyText)?.to ?? 0)) return;
    sinks.set(keyText, { ...counts, group, partition: ofPartition, minute });
  };
  await new RecordRange(partitions, { topic, start, end }).read(
    ({ buffer, keyStarts, keyEnds, valueStarts, valueEnds }, i) => {
      if (keyStarts[i]! < 0 || valueStarts[i]! < 0) return true;
      const keyBytes = buffer.subarray(keyStarts[i], keyEnds[i]);
      if (!keyBytes.includes(mark)) return true;
      const keyText = keyBytes.toString();
      const key = decodeKey(keyText);
      if (key !== undefined && key[1] === stream) take(key, keyText, buffer.toString('utf8', valueStarts[i], valueEnds[i]));
      return true;
    },
    () => Promise.resolve(),
    signal,
  );
  return { gateways: [...gateways.values()], sinks: [...sinks.values()], groups };
}
