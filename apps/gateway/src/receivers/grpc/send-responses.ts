const PREFIX_BYTES = 5;
/** sequence 11, code 11, accepted and filtered 12 with their message, retry_after_ms 6, and the prefix; the text comes on top. */
const MAX_FIXED_BYTES = 64;
const MAX_MESSAGE_BYTES = 1000;
const TWO_32 = 0x1_0000_0000;

/**
 * Writes `SendResponse` and `SendStreamResponse` messages (gateway.proto) with their gRPC prefixes one after another into one buffer, so that
 * all acknowledgements of a moment leave in one write.
 */
export class SendResponses {
  #buffer = Buffer.allocUnsafeSlow(1024);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** `SendResponse { accepted = 1; filtered = 2 }` */
  addResponse(accepted: number, filtered: number): void {
    const start = this.#begin(0);
    this.#counts(accepted, filtered);
    this.#end(start);
  }

  /** `SendStreamResponse { sequence = 1; response = 4 }` of a batch that was taken. */
  addAcknowledgement(sequenceLow: number, sequenceHigh: number, accepted: number, filtered: number): void {
    const start = this.#begin(0);
    this.#sequence(sequenceLow, sequenceHigh);
    this.#buffer[this.#length++] = 0x22;
    const lengthAt = this.#length++;
    this.#counts(accepted, filtered);
    this.#buffer[lengthAt] = this.#length - lengthAt - 1;
    this.#end(start);
  }

  /** `SendStreamResponse { sequence = 1; code = 2; message = 3; retry_after_ms = 5 }` of one that was not. */
  addRefusal(sequenceLow: number, sequenceHigh: number, code: number, message: string, retryAfterMs: number): void {
    const text = Buffer.from(message.slice(0, MAX_MESSAGE_BYTES), 'utf8');
    const start = this.#begin(text.length);
    this.#sequence(sequenceLow, sequenceHigh);
    this.#field(0x10, code);
    this.#buffer[this.#length++] = 0x1a;
    this.#varint(text.length);
    this.#length += text.copy(this.#buffer, this.#length);
    this.#field(0x28, retryAfterMs);
    this.#end(start);
  }

  /** The messages written since the last call; the buffer is a new one then, because HTTP/2 may still hold the old one. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer =
      this.#buffer.length - this.#length >= MAX_FIXED_BYTES ? this.#buffer.subarray(this.#length) : Buffer.allocUnsafeSlow(1024);
    this.#length = 0;
    return bytes;
  }

  #begin(textBytes: number): number {
    const needed = this.#length + MAX_FIXED_BYTES + textBytes;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length, 1024));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    const start = this.#length;
    this.#length += PREFIX_BYTES;
    return start;
  }

  #end(start: number): void {
    this.#buffer[start] = 0;
    this.#buffer.writeUInt32BE(this.#length - start - PREFIX_BYTES, start + 1);
  }

  #counts(accepted: number, filtered: number): void {
    this.#field(0x08, accepted);
    this.#field(0x10, filtered);
  }

  #sequence(low: number, high: number): void {
    if (high === 0) return this.#field(0x08, low);
    this.#buffer[this.#length++] = 0x08;
    let lowRest = low;
    let highRest = high;
    while (highRest > 0 || lowRest >= 0x80) {
      this.#buffer[this.#length++] = (lowRest & 0x7f) | 0x80;
      lowRest = Math.floor(lowRest / 0x80) + (highRest % 0x80) * (TWO_32 / 0x80);
      highRest = Math.floor(highRest / 0x80);
    }
    this.#buffer[this.#length++] = lowRest;
  }

  /** A varint field; proto3 leaves out zeros. */
  #field(key: number, value: number): void {
    if (value === 0) return;
    this.#buffer[this.#length++] = key;
    this.#varint(value);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
  }
}
