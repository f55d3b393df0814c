import type { MetricsRegistry } from '@hercules/service';

/** What came in by a protocol that cannot acknowledge. Plain numbers: /metrics reads them. */
export class LineCounters {
  readonly receiver: string;
  /** Lines, datagrams, metrics of a pickled list. */
  received = 0;
  receivedBytes = 0;
  /** Not taken, by reason: nobody can be told but whoever reads this. */
  readonly refused = new Map<string, number>();
  /** Batches that were given to Kafka again. */
  repeats = 0;
  connections = 0;
  /** Bytes that were read and are not in Kafka yet. */
  heldBytes = 0;

  constructor(receiver: string) {
    this.receiver = receiver;
  }

  refuse(reason: string, count = 1): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + count);
  }
}

export function registerLineMetrics(metrics: Pick<MetricsRegistry, 'counterFrom' | 'gaugeFrom'>, all: readonly LineCounters[]): void {
  const counters = [
    ['hercules_gateway_messages_total', 'Messages that came by protocols that cannot acknowledge', 'received'],
    ['hercules_gateway_message_bytes_total', 'Bytes that came by protocols that cannot acknowledge', 'receivedBytes'],
    ['hercules_gateway_repeated_batches_total', 'Batches of such messages that were given to Kafka again', 'repeats'],
  ] as const;
  for (const [name, help, field] of counters) {
    metrics.counterFrom(name, help, ['receiver'], () => all.map((each) => ({ labels: { receiver: each.receiver }, value: each[field] })));
  }
  metrics.counterFrom(
    'hercules_gateway_refused_messages_total',
    'Such messages that were not taken, by reason',
    ['receiver', 'reason'],
    () => all.flatMap(({ receiver, refused }) => [...refused].map(([reason, value]) => ({ labels: { receiver, reason }, value }))),
  );
  const gauges = [
    ['hercules_gateway_connections', 'Open connections of protocols that cannot acknowledge', 'connections'],
    ['hercules_gateway_held_bytes', 'Bytes of such messages that were read and that Kafka does not have yet', 'heldBytes'],
  ] as const;
  for (const [name, help, field] of gauges) {
    metrics.gaugeFrom(name, help, ['receiver'], () => all.map((each) => ({ labels: { receiver: each.receiver }, value: each[field] })));
  }
}
