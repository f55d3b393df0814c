import type { LabelledValue, MetricsRegistry } from '@hercules/service';
import type { Admission } from './admission.ts';
import type { IntakeCounters, MethodCounters } from './intake-counters.ts';

interface Measured {
  readonly intake: IntakeCounters;
  readonly methods: readonly MethodCounters[];
  readonly admission: Admission;
  readonly producer: { readonly bufferedBytes: number };
}

/** Registers what the gateway counts (docs/components.md). Everything is a plain number until somebody asks for /metrics. */
export function registerGatewayMetrics(metrics: MetricsRegistry, { intake, methods, admission, producer }: Measured): void {
  const method = ({ receiver, method: name }: MethodCounters): Record<string, string> => ({ receiver, method: name });
  metrics.counterFrom('hercules_gateway_requests_total', 'Requests by what they were answered with', ['receiver', 'method', 'status'], () =>
    methods.flatMap((counters) => [...byStatus(counters, method(counters))]),
  );
  metrics.counterFrom(
    'hercules_gateway_refused_requests_total',
    'Requests that were refused, by reason',
    ['receiver', 'method', 'reason'],
    () =>
      methods.flatMap((counters) => [...counters.refusals].map(([reason, value]) => ({ labels: { ...method(counters), reason }, value }))),
  );
  metrics.counterFrom(
    'hercules_gateway_refused_items_total',
    'Items that were refused one by one while the rest of their request was taken, by reason',
    ['receiver', 'method', 'reason'],
    () =>
      methods.flatMap((counters) =>
        [...counters.itemRefusals].map(([reason, value]) => ({ labels: { ...method(counters), reason }, value })),
      ),
  );
  metrics.counterFrom('hercules_gateway_received_bytes_total', 'Bytes of request bodies and messages as sent', ['receiver', 'method'], () =>
    methods.map((counters) => ({ labels: method(counters), value: counters.receivedBytes })),
  );
  const intakeCounters: readonly [name: string, help: string, key: keyof IntakeCounters][] = [
    ['hercules_gateway_accepted_events_total', 'Events taken for Kafka', 'acceptedEvents'],
    ['hercules_gateway_accepted_bytes_total', 'Bytes of the batches they came in, unpacked', 'acceptedBytes'],
    ['hercules_gateway_filtered_events_total', 'Events that content validation has dropped', 'filteredEvents'],
    ['hercules_gateway_failed_batches_total', 'Batches that Kafka has not acknowledged as a whole', 'failedBatches'],
    ['hercules_gateway_delayed_batches_total', 'Batches that had to wait for room in the buffer for Kafka', 'delayedBatches'],
  ];
  for (const [name, help, key] of intakeCounters) metrics.counterFrom(name, help, [], () => intake[key]);
  metrics.gaugeFrom('hercules_gateway_admitted_bytes', 'Bytes of requests under way, as sent', [], () => admission.inUse);
  metrics.gaugeFrom('hercules_gateway_waiting_requests', 'Requests that wait for capacity', [], () => admission.waiting);
  metrics.gaugeFrom('hercules_gateway_buffered_bytes', 'Bytes that Kafka has not acknowledged', [], () => producer.bufferedBytes);
}

function* byStatus(counters: MethodCounters, labels: Record<string, string>): IterableIterator<LabelledValue> {
  for (let status = 0; status < counters.statuses.length; status++) {
    const value = counters.statuses[status]!;
    if (value > 0) yield { labels: { ...labels, status }, value };
  }
}
