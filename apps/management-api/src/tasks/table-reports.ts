import type { MetadataListener, MetadataState } from '@hercules/metadata';
import type { Logger } from '@hercules/protocol';
import type { Change } from './task.ts';

export interface ReportSource {
  readonly state: Pick<MetadataState, 'timelineEntry' | 'timelineEntries' | 'tableReport'>;
  onChange(listener: MetadataListener): () => void;
}

const RETRY_MS = 1000;

/**
 * Turns reports about tables into tasks, which the leader carries out in turn with all others. Every instance does so, because each sees all
 * reports and any may be the only one that is alive; settling twice does no harm.
 */
export class TableReports {
  readonly #source: ReportSource;
  readonly #submit: (change: Change) => Promise<unknown>;
  readonly #logger: Logger;
  readonly #submitted = new Map<string, string>();
  readonly #retries = new Set<NodeJS.Timeout>();
  #unsubscribe: () => void = () => undefined;

  constructor(source: ReportSource, submit: (change: Change) => Promise<unknown>, logger: Logger) {
    this.#source = source;
    this.#submit = submit;
    this.#logger = logger;
  }

  /** Looks at what was reported while nobody was there, and at every report from now on. */
  start(): void {
    this.#unsubscribe = this.#source.onChange((kind, name) => {
      if (kind === 'table' || kind === 'timeline') this.#look(name);
    });
    for (const { timeline } of this.#source.state.timelineEntries()) this.#look(timeline.name);
  }

  stop(): void {
    this.#unsubscribe();
    for (const timer of this.#retries) clearTimeout(timer);
  }

  #look(name: string): void {
    const { state } = this.#source;
    const entry = state.timelineEntry(name);
    const report = state.tableReport(name);
    if (entry === undefined || entry.state === 'ready' || report === undefined || report.task !== entry.task) return;
    if (this.#submitted.get(name) === report.task) return;
    this.#submitted.set(name, report.task);
    this.#submit({ type: 'timeline.settle', name, task: report.task }).catch((error: unknown) => {
      this.#logger.warn({ err: error, timeline: name, task: report.task }, 'A report about a table could not be queued yet');
      this.#submitted.delete(name);
      const timer = setTimeout(() => {
        this.#retries.delete(timer);
        this.#look(name);
      }, RETRY_MS);
      this.#retries.add(timer);
    });
  }
}
