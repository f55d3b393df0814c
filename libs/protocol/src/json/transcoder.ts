import type { ByteSink } from '../byte-sink.ts';
import { DEFAULT_CHECK_LIMITS } from '../check-limits.ts';
import { EVENT_HEADER_BYTES, TIMESTAMP_OFFSET } from '../event-header.ts';
import { readEvent } from '../reader.ts';
import { StructureWalker } from '../structure-walker.ts';
import { TypeCode } from '../type-code.ts';
import { DocumentFormatter, type DocumentOptions } from './document.ts';
import { writeAscii } from './json-bytes.ts';
import { JsonText } from './json-text.ts';
import { KeyTable } from './key-table.ts';
import { closeObject, PlainBytes } from './plain-bytes.ts';
import { StackTraceBytes } from './stack-trace-bytes.ts';
import { TagList } from './tag-list.ts';
import { TimeBytes } from './time-bytes.ts';
import { planOf, type Step, type TranscoderPlan } from './transcoder-plan.ts';

/**
 * Renders events as JSON documents, bytes to bytes. The result is the document of DocumentFormatter, for every event; the order of fields may
 * be another one. No object is made for an event, unless the mapping or the event is an unusual one: then DocumentFormatter itself does it.
 */
export class JsonTranscoder {
  readonly #formatter: DocumentFormatter;
  readonly #events: EventBytes | undefined;

  constructor(options: DocumentOptions) {
    this.#formatter = new DocumentFormatter(options);
    const plan = planOf(options);
    this.#events = plan && new EventBytes(plan);
  }

  /**
   * Appends the document of the event in [start, end); bytes behind the event are ignored.
   * @throws ProtocolError as readEvent does for these bytes; nothing has been appended then
   */
  write(buf: Buffer, start: number, end: number, out: ByteSink): void {
    const before = out.length;
    if (this.#events?.write(buf, start, end, out) === true) return;
    out.length = before;
    out.text(this.#formatter.toJson(readEvent(buf, start, { end }).event));
  }
}

/** A field that has been written, or left out as null for now. Each event has a number of its own, so that nothing has to be erased. */
const MAX_EVENT_NUMBER = 0x7fff_fff0;

/** One event after the other by the plan. */
class EventBytes {
  readonly #plan: TranscoderPlan;
  readonly #keys: KeyTable;
  readonly #plain: PlainBytes;
  readonly #stackTrace: StackTraceBytes;
  readonly #time = new TimeBytes();
  readonly #walker = new StructureWalker(DEFAULT_CHECK_LIMITS);
  readonly #payload = new TagList();
  /** By key: the children of the containers that are moved. */
  readonly #children: readonly (TagList | undefined)[];
  /** By key: the last event in which the field got a value. */
  #written = new Int32Array(1024);
  #event = 0;
  /** Fields that are null unless a later step has a value for them. */
  #nulls = new Int32Array(64);
  #nullCount = 0;

  constructor(plan: TranscoderPlan) {
    this.#plan = plan;
    this.#children = plan.moved.map((isMoved) => (isMoved ? new TagList() : undefined));
    this.#keys = new KeyTable(plan.keys);
    const text = new JsonText();
    this.#plain = new PlainBytes(this.#keys, text);
    this.#stackTrace = new StackTraceBytes(text);
  }

  /** @returns false when the event is an unusual one or its bytes are broken; what has been appended is of no use then */
  write(buf: Buffer, start: number, end: number, out: ByteSink): boolean {
    this.#keys.trim();
    if (!this.#readPayload(buf, start + EVENT_HEADER_BYTES, end)) return false;
    this.#beginEvent();
    const begin = out.length;
    const { timestampField, steps, ignoreUnknownTags } = this.#plan;
    if (timestampField !== 0) {
      this.#written[timestampField] = this.#event;
      this.#keys.writeLiteral(timestampField, out);
      this.#time.write(buf, start + TIMESTAMP_OFFSET, out);
    }
    for (const step of steps) this.#apply(step, buf, out);
    if (!ignoreUnknownTags) this.#putUnclaimed(buf, out);
    this.#putNulls(out);
    closeObject(begin, out);
    return !this.#plain.isUnusual;
  }

  /** Checks the structure and lists the tags. What is broken is left to the reader, which says what it is. */
  #readPayload(buf: Buffer, pos: number, end: number): boolean {
    this.#walker.beginEvent(0);
    return this.#readTags(this.#payload, buf, pos, end, 0, 0) >= 0;
  }

  /** @returns the position behind the container, −1 when it is left to the reader */
  #readTags(tags: TagList, buf: Buffer, pos: number, end: number, parent: number, depth: number): number {
    if (end - pos < 2) return -1;
    const walker = this.#walker;
    const keys = this.#keys;
    const children = this.#children;
    let tagsLeft = (buf[pos]! << 8) | buf[pos + 1]!;
    pos += 2;
    tags.begin(tagsLeft);
    for (let key = 0; tagsLeft > 0; tagsLeft--) {
      const typeAt = walker.passKey(buf, pos, end);
      key = key === 0 ? keys.firstOf(parent, buf, pos) : keys.after(key, buf, pos);
      if (key === 0) return -1;
      const type = buf[typeAt]!;
      tags.add(key, type, typeAt + 1);
      const list = type === TypeCode.CONTAINER && depth === 0 && key < children.length ? children[key] : undefined;
      if (list !== undefined) {
        pos = this.#readTags(list, buf, typeAt + 1, end, key, 1);
        if (pos < 0) return -1;
      } else pos = walker.passValue(buf, typeAt + 1, end, type, depth);
    }
    return pos;
  }

  #beginEvent(): void {
    this.#plain.isUnusual = false;
    this.#nullCount = 0;
    if (++this.#event < MAX_EVENT_NUMBER) return;
    this.#event = 1;
    this.#written.fill(0);
  }

  #apply(step: Step, buf: Buffer, out: ByteSink): void {
    const index = this.#payload.find(step.source);
    if (index < 0) return;
    const type = this.#payload.types[index]!;
    const pos = this.#payload.starts[index]!;
    switch (step.kind) {
      case 'move':
        if (type === TypeCode.CONTAINER) this.#move(this.#children[step.source]!, step.exceptBit, buf, out);
        return;
      case 'plain':
        if (type !== TypeCode.NULL) this.#put(step.field, type, buf, pos, out);
        return;
      case 'stackTrace':
        if (type !== TypeCode.CONTAINER || !this.#claimField(step.field)) return;
        this.#keys.writeLiteral(step.field, out);
        this.#stackTrace.write(buf, pos, out);
    }
  }

  #move({ count, keys, types, starts }: TagList, exceptBit: number, buf: Buffer, out: ByteSink): void {
    const { excepted } = this.#plan;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      if (key === 0 || (key < excepted.length && (excepted[key]! & exceptBit) !== 0)) continue;
      this.#put(key, types[i]!, buf, starts[i]!, out);
    }
  }

  #putUnclaimed(buf: Buffer, out: ByteSink): void {
    const { claimed } = this.#plan;
    const { count, keys, types, starts } = this.#payload;
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      if (key === 0 || (key < claimed.length && claimed[key]!)) continue;
      this.#put(key, types[i]!, buf, starts[i]!, out);
    }
  }

  /** Writes the field unless it has a value already. */
  #put(field: number, type: number, buf: Buffer, pos: number, out: ByteSink): void {
    if (type === TypeCode.NULL) {
      this.#remember(field);
      return;
    }
    if (!this.#claimField(field)) return;
    this.#keys.writeLiteral(field, out);
    this.#plain.write(type, buf, pos, field, out);
  }

  /** @returns whether the field had no value yet; from now on it has one */
  #claimField(field: number): boolean {
    if (field >= this.#written.length) {
      const larger = new Int32Array(field * 2);
      larger.set(this.#written);
      this.#written = larger;
    }
    if (this.#written[field] === this.#event) return false;
    this.#written[field] = this.#event;
    return true;
  }

  #remember(field: number): void {
    if (this.#nullCount === this.#nulls.length) {
      const larger = new Int32Array(this.#nullCount * 2);
      larger.set(this.#nulls);
      this.#nulls = larger;
    }
    this.#nulls[this.#nullCount++] = field;
  }

  #putNulls(out: ByteSink): void {
    for (let i = 0; i < this.#nullCount; i++) {
      const field = this.#nulls[i]!;
      if (!this.#claimField(field)) continue;
      this.#keys.writeLiteral(field, out);
      writeAscii('null', out);
    }
  }
}
