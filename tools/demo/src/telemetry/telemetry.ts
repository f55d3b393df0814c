import { TickClock, UuidV1Generator } from '@hercules/protocol';
import { EventSender } from '../gateway/event-sender.ts';
import { Tracer } from '../tracing/tracer.ts';
import { everyPeriod } from './every-period.ts';
import { type LogLevel, writeLogEvent } from './log-event.ts';
import { writeMetricEvent } from './metric-event.ts';
import { ShopCounters } from './shop-counters.ts';

export interface TelemetryOptions {
  readonly application: string;
  /** host:port: tells the processes of one application apart. */
  readonly instance: string;
  /** Tells the replicas of a service apart in its spans. */
  readonly host: string;
  /** Where the shop runs: a tag of everything it tells. */
  readonly environment: string;
  readonly gateway: string;
  readonly apiKey: string;
  readonly print: (line: string) => void;
  readonly metricsPeriodMs?: number;
}

/** Where the demo's telemetry goes. */
export const SHOP_STREAMS = { traces: 'traces_demo', logs: 'logs_shop', metrics: 'metrics_demo' } as const;

const PROJECT = 'shop';

/** Everything that a service of the shop tells about itself: spans, log lines and metrics, each through a sender of its own. */
export class Telemetry {
  readonly tracer: Tracer;
  readonly counters = new ShopCounters();
  readonly application: string;
  readonly #options: TelemetryOptions;
  readonly #senders: Readonly<Record<keyof typeof SHOP_STREAMS, EventSender>>;
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  readonly #endReports: () => void;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    this.application = options.application;
    const sender = (stream: string): EventSender => new EventSender({ ...options, stream });
    this.#senders = {
      traces: sender(SHOP_STREAMS.traces),
      logs: sender(SHOP_STREAMS.logs),
      metrics: sender(SHOP_STREAMS.metrics),
    };
    this.tracer = new Tracer({
      annotations: { application: options.application, environment: options.environment, host: options.host },
      send: (write) => this.#senders.traces.add(write),
      clock: this.#clock,
    });
    this.#endReports = everyPeriod(options.metricsPeriodMs ?? 10_000, () => this.#reportMetrics());
  }

  /** Logs a line that belongs to a trace or, without one, to none. */
  log(level: LogLevel, template: string, traceId?: string, fields: Readonly<Record<string, string | number>> = {}): void {
    const { application, environment } = this.#options;
    const common = { project: PROJECT, environment, application };
    const trace = traceId === undefined ? {} : { traceId };
    this.#senders.logs.add((writer) =>
      writeLogEvent(writer, this.#clock.now(), this.#uuids.next(), level, template, { ...fields, ...common, ...trace }),
    );
  }

  /** Sends what is left, for at most so long. */
  async close(timeoutMs: number): Promise<void> {
    this.#endReports();
    this.#reportMetrics();
    await Promise.all(Object.values(this.#senders).map((sender) => sender.close(timeoutMs)));
  }

  #reportMetrics(): void {
    for (const [kind, sender] of Object.entries(this.#senders)) {
      const dropped = { name: 'shop_dropped_events_total', tags: [['stream', SHOP_STREAMS[kind as keyof typeof SHOP_STREAMS]]] as const };
      this.#sendMetric(dropped.name, dropped.tags, sender.dropped);
    }
    for (const { name, tags, value } of this.counters.report()) this.#sendMetric(name, tags, value);
  }

  #sendMetric(name: string, tags: readonly (readonly [string, string])[], value: number): void {
    const { application, environment, instance } = this.#options;
    const all = [
      ['_name', name],
      ['project', PROJECT],
      ['environment', environment],
      ['application', application],
      ['instance', instance],
      ...tags,
    ] as const;
    this.#senders.metrics.add((writer) => writeMetricEvent(writer, this.#clock.now(), this.#uuids.next(), all, value));
  }
}
