import type { Shape } from './shape.ts';

/** The events of a file by name: other sections refer to them. */
export class VectorEvents {
  readonly #bytes = new Map<string, Buffer>();

  constructor(file: Shape) {
    if (!file.has('vectors')) return;
    for (const vector of file.at('vectors').list()) {
      if (vector.at('kind').text() === 'event' && !vector.has('error')) this.#bytes.set(vector.at('name').text(), vector.at('hex').hex());
    }
  }

  /** The bytes of the event that a case names; undefined when the file is a part of a larger set and does not hold it. */
  find(name: Shape): Buffer | undefined {
    return this.#bytes.get(name.text());
  }
}
