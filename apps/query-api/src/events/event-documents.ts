import type { RecordBlock } from '@hercules/kafka';
import type { ByteSink } from '@hercules/protocol';
import { eventIdBase64, JsonTranscoder, parseMapping } from '@hercules/protocol';

/** The shortest event: 25 bytes of header and an empty container (protocol §3). */
const MIN_EVENT_BYTES = 27;
const BROKEN = '{"error":"undecodable"}';

/** Writes records as JSON: where the record stands, the event's id, and its document with all tags as they are. */
export class EventDocuments {
  readonly #transcoder = new JsonTranscoder({ mapping: parseMapping('', 'plain') });

  /** `{"partition":…,"offset":…,"id":…,"document":{…}}`; old topics may hold broken events, which have an `error` for a document. */
  write(block: RecordBlock, index: number, out: ByteSink): void {
    const start = block.valueStarts[index]!;
    const end = block.valueEnds[index]!;
    const id = start >= 0 && end - start >= MIN_EVENT_BYTES ? `"${eventIdBase64(block.buffer, start)}"` : 'null';
    out.text(`{"partition":${block.partition},"offset":${block.offsets[index]},"id":${id},"document":`);
    const documentAt = out.length;
    try {
      this.#transcoder.write(block.buffer, start, end, out);
    } catch {
      out.length = documentAt;
      out.text(BROKEN);
    }
    out.text('}');
  }
}
