/**
 * The tags of one container as columns: number of the key, type code, position of the value. A repeated key keeps its last value
 * (protocol §4); in place of the values before, the key is 0.
 */
export class TagList {
  count = 0;
  keys = new Int32Array(64);
  types = new Uint8Array(64);
  starts = new Int32Array(64);
  /** By key: where it stands in the list, plus the offset of the list. Offsets grow, so that nothing has to be erased. */
  #places = new Float64Array(1024);
  #offset = 1;

  /** Empties the list and makes room for `tags` tags. */
  begin(tags: number): void {
    this.#offset += this.count;
    this.count = 0;
    if (tags <= this.keys.length) return;
    this.keys = new Int32Array(tags);
    this.types = new Uint8Array(tags);
    this.starts = new Int32Array(tags);
  }

  add(key: number, type: number, start: number): void {
    if (key >= this.#places.length) {
      const larger = new Float64Array(key * 2);
      larger.set(this.#places);
      this.#places = larger;
    }
    const before = this.#places[key]! - this.#offset;
    if (before >= 0) this.keys[before] = 0;
    const index = this.count++;
    this.#places[key] = this.#offset + index;
    this.keys[index] = key;
    this.types[index] = type;
    this.starts[index] = start;
  }

  /** @returns where the tag with the key stands, −1 when there is none */
  find(key: number): number {
    const index = this.#places[key]! - this.#offset;
    return index >= 0 ? index : -1;
  }
}
