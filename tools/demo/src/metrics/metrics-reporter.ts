import { TickClock, UuidV1Generator } from '@hercules/protocol';
import type { EventSender } from '../gateway/event-sender.ts';
import { writeMetricEvent } from '../telemetry/metric-event.ts';
import { failureReason } from '../http/failure-reason.ts';
import { everyPeriod } from '../telemetry/every-period.ts';
import type { MetricSample, MetricSource } from './metric-sample.ts';

export interface MetricsReporterOptions {
  readonly sources: readonly MetricSource[];
  /** Takes the metric events. */
  readonly sender: Pick<EventSender, 'add'>;
  readonly project: string;
  readonly environment: string;
  readonly periodMs?: number;
  readonly print: (line: string) => void;
}

/** Reads all sources again and again and sends what they tell as metric events; `up` is 1 or 0 for each source, whether it has answered. */
export class MetricsReporter {
  readonly #options: MetricsReporterOptions;
  readonly #clock = new TickClock();
  readonly #uuids = new UuidV1Generator();
  readonly #silent = new Set<MetricSource>();
  #end: () => void = () => undefined;
  #isReading = false;

  constructor(options: MetricsReporterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#end = everyPeriod(this.#options.periodMs ?? 10_000, () => void this.report());
  }

  stop(): void {
    this.#end();
  }

  /** One round; left out while the last one still waits for an answer. */
  async report(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    await Promise.all(this.#options.sources.map((source) => this.#reportSource(source)));
    this.#isReading = false;
  }

  async #reportSource(source: MetricSource): Promise<void> {
    let samples: readonly MetricSample[] = [];
    let up = 1;
    try {
      samples = await source.read();
      if (this.#silent.delete(source)) this.#options.print(`${source.application} tells its metrics again`);
    } catch (error) {
      up = 0;
      if (!this.#silent.has(source)) this.#options.print(`no metrics of ${source.application}: ${failureReason(error)}`);
      this.#silent.add(source);
    }
    for (const sample of [{ name: 'up', tags: [], value: up }, ...samples]) this.#send(source, sample);
  }

  #send({ application, instance }: MetricSource, { name, tags, value }: MetricSample): void {
    const { project, environment, sender } = this.#options;
    const all = [
      ['_name', name],
      ['project', project],
      ['environment', environment],
      ['application', application],
      ['instance', instance],
      ...tags,
    ] as const;
    sender.add((writer) => writeMetricEvent(writer, this.#clock.now(), this.#uuids.next(), all, value));
  }
}
