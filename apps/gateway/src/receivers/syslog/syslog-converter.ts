import { type EventWriter, msToTicks, UuidV1Generator } from '@hercules/protocol';
import type { EventBatches } from '../lines/event-batches.ts';
import { type MessageConverter, RefusedMessage } from '../lines/message-reader.ts';
import { parseSyslog, type SyslogMessage } from './syslog-message.ts';

const UUID_BYTES = 16;
/** By RFC 5424 §6.2.1, table 2. */
const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];
/** Levels of log events (protocol §10.2) by severity. */
const LEVELS = ['Fatal', 'Fatal', 'Fatal', 'Error', 'Warn', 'Info', 'Info', 'Debug'];
/** By RFC 5424 §6.2.1, table 1, under the names that syslog's programs give them. */
const FACILITIES = [
  ...[
    'kern',
    'user',
    'mail',
    'daemon',
    'auth',
    'syslog',
    'lpr',
    'news',
    'uucp',
    'cron',
    'authpriv',
    'ftp',
    'ntp',
    'audit',
    'alert',
    'clock',
  ],
  ...Array.from({ length: 8 }, (_, i) => `local${i}`),
];
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface SyslogConverterOptions {
  readonly stream: string;
  readonly maxMessageBytes: number;
  /** Such as `+05:00`. */
  readonly utcOffset: string;
}

/** Messages of syslog as log events (protocol §10.2); what has no place of its own there is a property. */
export class SyslogConverter implements MessageConverter {
  readonly #options: SyslogConverterOptions;
  readonly #offsetMinutes: number;
  readonly #ids = new UuidV1Generator({ internal: true });
  readonly #uuid = Buffer.alloc(UUID_BYTES);

  constructor(options: SyslogConverterOptions) {
    this.#options = options;
    const [hours, minutes] = options.utcOffset.slice(1).split(':').map(Number);
    this.#offsetMinutes = (options.utcOffset.startsWith('-') ? -1 : 1) * (hours! * 60 + minutes!);
  }

  convert(buf: Buffer, start: number, end: number, sender: string, batches: EventBatches): void {
    let textEnd = end;
    // Senders of datagrams often end them as lines, or as C ends strings.
    while (textEnd > start && isEnd(buf[textEnd - 1]!)) textEnd--;
    if (textEnd === start) throw new RefusedMessage('empty', 'it is empty');
    const { stream, maxMessageBytes } = this.#options;
    if (textEnd - start > maxMessageBytes) throw new RefusedMessage('too-long', `it has more than ${maxMessageBytes} bytes`);
    const nowMs = Date.now();
    const message = parseSyslog(buf.toString('utf8', start, textEnd), nowMs, this.#offsetMinutes);
    this.#ids.nextInto(this.#uuid, 0);
    // A time before 1970 is a clock that was never set.
    const timestamp = message.timestamp === undefined || message.timestamp < 0n ? msToTicks(nowMs) : message.timestamp;
    const writer = batches.begin(stream, timestamp, this.#uuid);
    writer.string('level', LEVELS[message.severity]!);
    if (message.message !== '') writer.string('message', message.message);
    writer.beginContainer('properties');
    writeProperties(writer, message, sender);
    writer.endContainer();
    batches.end();
  }
}

function writeProperties(writer: EventWriter, message: SyslogMessage, sender: string): void {
  const { host, application, processId, messageId } = message;
  for (const [name, text] of Object.entries({ host, application, processId, messageId })) if (text !== undefined) writer.string(name, text);
  writer.string('facility', FACILITIES[message.facility]!);
  writer.string('severity', SEVERITIES[message.severity]!);
  writer.string('sender', sender);
  if (message.structuredData.size === 0) return;
  writer.beginContainer('structuredData');
  for (const [id, parameters] of message.structuredData) {
    writer.beginContainer(id);
    for (const [name, values] of parameters) writeParameter(writer, name, values);
    writer.endContainer();
  }
  writer.endContainer();
}

function writeParameter(writer: EventWriter, name: string, values: readonly string[]): void {
  if (values.length === 1) return writer.string(name, values[0]!);
  writer.beginVector(name, 'string');
  for (const value of values) writer.string(null, value);
  writer.endVector();
}

function isEnd(byte: number): boolean {
  return byte === NEWLINE || byte === CARRIAGE_RETURN || byte === 0;
}
