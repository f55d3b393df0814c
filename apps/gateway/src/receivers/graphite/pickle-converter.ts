import type { EventBatches } from '../lines/event-batches.ts';
import { type MessageConverter, RefusedMessage } from '../lines/message-reader.ts';
import { checkedSeconds, type MetricPoint, parsePath } from './metric-point.ts';
import type { PointWriter } from './point-writer.ts';
import { type Unpickled, unpickle } from './unpickle.ts';

/** Pickled lists of (name, (time, value)), as carbon's relays send them. */
export class PickleConverter implements MessageConverter {
  readonly #points: PointWriter;
  readonly #refuse: (error: RefusedMessage, sender: string) => void;
  readonly #received: (points: number) => void;

  /**
   * @param refuse is told of a point that is not taken; the others of its list are
   * @param received is told how many points a list has
   */
  constructor(points: PointWriter, refuse: (error: RefusedMessage, sender: string) => void, received: (points: number) => void) {
    this.#points = points;
    this.#refuse = refuse;
    this.#received = received;
  }

  convert(buf: Buffer, start: number, end: number, sender: string, batches: EventBatches): void {
    const list = unpickle(buf, start, end);
    if (!Array.isArray(list)) throw new RefusedMessage('unreadable', 'expected a list of (name, (time, value))');
    this.#received(list.length);
    for (const item of list) {
      try {
        this.#points.write(pointOf(item), batches);
      } catch (error) {
        batches.discard();
        if (!(error instanceof RefusedMessage)) throw error;
        this.#refuse(error, sender);
      }
    }
  }
}

function pointOf(item: Unpickled): MetricPoint {
  const [path, point] = Array.isArray(item) ? item : [];
  const [time, value] = Array.isArray(point) ? point : [];
  if (typeof path !== 'string' || time === undefined || value === undefined) {
    throw new RefusedMessage('unreadable', 'expected (name, (time, value))');
  }
  const number = numberOf(value);
  if (Number.isNaN(number)) throw new RefusedMessage('not-a-number', 'its value is NaN');
  if (!Number.isFinite(number)) throw new RefusedMessage('bad-value', 'expected a finite number');
  const seconds = numberOf(time);
  return { ...parsePath(path), value: number, seconds: seconds === -1 ? undefined : checkedSeconds(seconds) };
}

/** carbon takes texts of numbers as well. */
function numberOf(value: Unpickled): number {
  return typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value.trim() !== '')
    ? Number(value)
    : Number.NaN;
}
