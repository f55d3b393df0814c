import { TypeCode } from '@hercules/protocol';
import { type AnyValues, ValueField } from './any-value.ts';
import { ByteRange } from './byte-range.ts';
import { type EventBuffer, Head, tagHead } from './event-buffer.ts';

const TYPE_KEY = Buffer.from('exception.type');
const MESSAGE_KEY = Buffer.from('exception.message');
const STACK_TRACE_KEY = Buffer.from('exception.stacktrace');

const EXCEPTION = new Head(tagHead('exception', TypeCode.CONTAINER));
const TYPE = new Head(tagHead('type', TypeCode.STRING));
const MESSAGE = new Head(tagHead('message', TypeCode.STRING));
const STACK_TRACE = new Head(tagHead('stackTrace', TypeCode.STRING));

/** What the attributes `exception.*` of a log record or of an event of a span say (OpenTelemetry's semantic conventions), as ranges of the request. */
export class ExceptionAttributes {
  readonly type = new ByteRange();
  readonly message = new ByteRange();
  readonly stackTrace = new ByteRange();

  clear(): void {
    this.type.clear();
    this.message.clear();
    this.stackTrace.clear();
  }

  /** Notes the last pair of `values` if it is one of them; of a repeated key the last counts. */
  note(values: AnyValues): void {
    if (values.field !== ValueField.STRING) return;
    if (values.isKey(TYPE_KEY)) this.type.set(values.start, values.end);
    else if (values.isKey(MESSAGE_KEY)) this.message.set(values.start, values.end);
    else if (values.isKey(STACK_TRACE_KEY)) this.stackTrace.set(values.start, values.end);
  }

  /** Writes the text of the stack trace as a tag. */
  writeStackTrace(out: EventBuffer, src: Buffer): void {
    writeText(out, STACK_TRACE, src, this.stackTrace);
  }

  /**
   * Writes a structured exception (protocol §10.2) as a tag.
   * @returns false when there is nothing to be said, and nothing was written
   */
  writeContainer(out: EventBuffer, src: Buffer): boolean {
    const { type, message, stackTrace } = this;
    const tags = Number(type.isPresent) + Number(message.isPresent) + Number(stackTrace.isPresent);
    if (tags === 0) return false;
    out.head(EXCEPTION);
    const countAt = out.beginContainer();
    if (type.isPresent) writeText(out, TYPE, src, type);
    if (message.isPresent) writeText(out, MESSAGE, src, message);
    if (stackTrace.isPresent) writeText(out, STACK_TRACE, src, stackTrace);
    out.endContainer(countAt, tags);
    return true;
  }
}

function writeText(out: EventBuffer, head: Head, src: Buffer, { start, end }: ByteRange): void {
  out.head(head);
  out.string(src, start, end);
}
