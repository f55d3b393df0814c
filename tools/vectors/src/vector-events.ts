import { leftOutEvents } from './left-out-events.ts';
import type { Shape } from './shape.ts';

/** The events of a file by name: other sections refer to them. Those that files leave out are known all the same. */
export class VectorEvents {
  readonly #bytes = leftOutEvents();
  readonly #held = new Set<string>();

  constructor(file: Shape) {
    if (!file.has('vectors')) return;
    for (const vector of file.at('vectors').list()) {
      if (vector.at('kind').text() !== 'event' || vector.has('error')) continue;
      const name = vector.at('name').text();
      this.#bytes.set(name, vector.at('hex').hex());
      this.#held.add(name);
    }
  }

  /** The bytes of the event that a case names; undefined when neither the file holds it nor is it known otherwise. */
  find(name: Shape): Buffer | undefined {
    return this.#bytes.get(name.text());
  }

  /** Whether the file itself holds the event; one that is known otherwise has only what other sections tell of it. */
  holds(name: Shape): boolean {
    return this.#held.has(name.text());
  }
}
