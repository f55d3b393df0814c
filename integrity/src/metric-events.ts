import { type EventWriter, msToTicks, UuidV1Generator } from '@hercules/protocol';
import type { EventSource } from './event-source.ts';

const SERIES = 20;
/** Graphite keeps one point a second for an hour; the load walks through the seconds before now faster than they pass. */
const SECONDS_BACK = 2400;

/**
 * Points of plain metrics, one for each series and second, so that none overwrites another. Each is found as `<series>@<unix second>=<value>`.
 */
export class MetricEvents implements EventSource {
  readonly #prefix: string;
  readonly #uuids = new UuidV1Generator();
  #second = Math.floor(Date.now() / 1000) - SECONDS_BACK;
  #value = 0;

  /** @param runId second segment of every name */
  constructor(runId: string) {
    this.#prefix = `integrity.${runId}`;
  }

  /** What Graphite's /render is asked for. */
  get target(): string {
    return `${this.#prefix}.*`;
  }

  writeBatch(writer: EventWriter): string[] {
    const second = this.#second++;
    if (second >= Date.now() / 1000) throw new Error('the load has used up the seconds before now: let it send less');
    return Array.from({ length: SERIES }, (_, i) => {
      const series = `s${i}`;
      const value = this.#value++;
      writer.beginEvent(msToTicks(second * 1000), this.#uuids.next());
      writer.double('value', value);
      writer.beginVector('tags', 'container');
      for (const segment of [...this.#prefix.split('.'), series]) {
        writer.beginContainer(null);
        writer.string('key', 'segment');
        writer.string('value', segment);
        writer.endContainer();
      }
      writer.endVector();
      writer.endEvent();
      return pointKey(`${this.#prefix}.${series}`, second, value);
    });
  }
}

export function pointKey(series: string, second: number, value: number): string {
  return `${series}@${second}=${value}`;
}
