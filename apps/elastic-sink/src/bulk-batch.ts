import type { RecordBlock } from '@hercules/kafka';
import { ByteSink, type JsonTranscoder } from '@hercules/protocol';
import { type EventFilter, RejectedRecord, requireEvent } from '@hercules/sink';
import { writeDocumentId } from './document-id.ts';
import type { IndexNames } from './index-names.ts';

const ACTION_END = Buffer.from('"}}\n');
const LINE_FEED = 0x0a;

/** The body of one `_bulk` request, and the index of each document in it. Reused from request to request. */
export class BulkBatch {
  readonly body = new ByteSink();
  readonly indexes: string[] = [];

  reset(): void {
    this.body.reset();
    this.indexes.length = 0;
  }
}

/** Converts records to the lines of a bulk request, bytes to bytes: no object is made for an event. */
export class BulkEncoder {
  readonly #names: IndexNames;
  readonly #transcoder: JsonTranscoder;
  readonly #filters: readonly EventFilter[];

  constructor(names: IndexNames, transcoder: JsonTranscoder, filters: readonly EventFilter[]) {
    this.#names = names;
    this.#transcoder = transcoder;
    this.#filters = filters;
  }

  /**
   * @returns false when a filter drops the record
   * @throws RejectedRecord `undecodable` or `undefined_index`, ProtocolError for broken bytes; the batch is left as it was
   */
  add(batch: BulkBatch, block: RecordBlock, index: number): boolean {
    const { buffer } = block;
    const start = block.valueStarts[index]!;
    const end = block.valueEnds[index]!;
    requireEvent(block, index);
    const { body } = batch;
    const rollback = body.length;
    try {
      for (const filter of this.#filters) if (!filter.accepts(buffer, start, end)) return false;
      const target = this.#names.resolve(buffer, start, end, block.topic);
      if (target === undefined) throw new RejectedRecord('undefined_index', 'no index resolver found a usable index name in the event');
      const { actionPrefix } = target;
      body.ensure(actionPrefix.length + ACTION_END.length + 64);
      body.length += actionPrefix.copy(body.buffer, body.length);
      writeDocumentId(buffer, start, body);
      body.length += ACTION_END.copy(body.buffer, body.length);
      this.#transcoder.write(buffer, start, end, body);
      body.ensure(1);
      body.buffer[body.length++] = LINE_FEED;
      batch.indexes.push(target.index);
      return true;
    } catch (error) {
      body.length = rollback;
      throw error;
    }
  }
}
