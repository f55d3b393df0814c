import type { EventBatches } from '../lines/event-batches.ts';
import type { MessageConverter } from '../lines/message-reader.ts';
import { parseLine } from './metric-point.ts';
import type { PointWriter } from './point-writer.ts';

/** Lines of Graphite's plaintext protocol. */
export class LineConverter implements MessageConverter {
  readonly #points: PointWriter;

  constructor(points: PointWriter) {
    this.#points = points;
  }

  convert(buf: Buffer, start: number, end: number, _sender: string, batches: EventBatches): void {
    this.#points.write(parseLine(buf.toString('utf8', start, end)), batches);
  }
}
