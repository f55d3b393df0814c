/**
 * Where in an `EventBatch` the encoder is, as numbers, so that nothing is built unless an error must name the field: indexes of tags as they
 * are, indexes of vector elements as −1 − index.
 */
export class EventPath {
  #event = 0;
  readonly #steps: number[] = [];

  startEvent(index: number): void {
    this.#event = index;
    this.#steps.length = 0;
  }

  pushTag(index: number): void {
    this.#steps.push(index);
  }

  pushElement(index: number): void {
    this.#steps.push(-1 - index);
  }

  pop(): void {
    this.#steps.pop();
  }

  /** For example `events[2].payload.tags[0].value.vector.elements[5]`. */
  toString(): string {
    let text = `events[${this.#event}]`;
    this.#steps.forEach((step, level) => {
      if (step < 0) text += `.vector.elements[${-1 - step}]`;
      else text += `.${level === 0 ? 'payload' : 'container'}.tags[${step}].value`;
    });
    return text;
  }
}
