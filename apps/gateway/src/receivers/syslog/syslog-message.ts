import { parseIsoTicks } from '@hercules/protocol';
import { rfc3164Ticks } from './rfc3164-time.ts';

/** A message of syslog, of RFC 5424 or RFC 3164. Undefined is what the message does not say. */
export interface SyslogMessage {
  /** 0 to 23 */
  readonly facility: number;
  /** 0 (emergency) to 7 (debug) */
  readonly severity: number;
  /** Ticks since 1970. */
  readonly timestamp: bigint | undefined;
  readonly host: string | undefined;
  readonly application: string | undefined;
  readonly processId: string | undefined;
  readonly messageId: string | undefined;
  /** By the id of the element, then by the name of the parameter; one that comes again has several values. */
  readonly structuredData: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  readonly message: string;
}

const PRIORITY = /^<(\d{1,3})>/;
const MAX_PRIORITY = 191;
/** user.notice, for messages without a priority (RFC 3164 §4.3.3). */
const DEFAULT_PRIORITY = 13;
/** RFC 5424 §6.2 after the priority: version, time, host, application, process, message id. */
const HEADER = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) /;
const RFC3164_TIME = /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d{1,9})? /;
const ISO_TIME = /^(\d{4}-\d\d-\d\dT\S+) /;
const HOST = /^([A-Za-z0-9_.:%-]+) /;
/** `tag:` or `tag[process]:`. */
const TAG = /^([^\s:[\]]{1,48})(?:\[([^\]\s]{1,128})\])?: ?/;
const ELEMENT_START = /\[([^ =\]"]{1,255})/y;
const PARAMETER = / ([^ =\]"]{1,255})="((?:[^"\\\]]|\\[^])*)"/y;
const BOM = '\uFEFF';
const NO_DATA: SyslogMessage['structuredData'] = new Map();

/**
 * Reads a message. What has no header of RFC 5424 is read as RFC 3164, which takes anything: what cannot be told apart is text.
 * @param nowMs for years, which RFC 3164 leaves out
 * @param offsetMinutes time zone of times that name none
 */
export function parseSyslog(text: string, nowMs: number, offsetMinutes: number): SyslogMessage {
  const match = PRIORITY.exec(text);
  const known = match !== null && Number(match[1]) <= MAX_PRIORITY;
  const priority = known ? Number(match[1]) : DEFAULT_PRIORITY;
  const rest = known ? text.slice(match[0].length) : text;
  const parts = parseRfc5424(rest) ?? parseRfc3164(rest, nowMs, offsetMinutes);
  return { facility: priority >> 3, severity: priority & 7, ...parts };
}

type Parts = Omit<SyslogMessage, 'facility' | 'severity'>;

function parseRfc5424(text: string): Parts | undefined {
  const header = HEADER.exec(text);
  if (header === null) return undefined;
  const [whole, time, host, application, processId, messageId] = header;
  const timestamp = time === '-' ? undefined : parseIsoTicks(time!);
  if (time !== '-' && timestamp === undefined) return undefined;
  const data = parseStructuredData(text, whole.length);
  if (data === undefined) return undefined;
  const { structuredData, end } = data;
  if (end < text.length && text[end] !== ' ') return undefined;
  const message = text.slice(end + 1);
  return {
    timestamp,
    host: present(host!),
    application: present(application!),
    processId: present(processId!),
    messageId: present(messageId!),
    structuredData,
    message: message.startsWith(BOM) ? message.slice(1) : message,
  };
}

function parseStructuredData(text: string, start: number): { structuredData: SyslogMessage['structuredData']; end: number } | undefined {
  if (text[start] === '-') return { structuredData: NO_DATA, end: start + 1 };
  const structuredData = new Map<string, Map<string, string[]>>();
  let at = start;
  while (text[at] === '[') {
    ELEMENT_START.lastIndex = at;
    const element = ELEMENT_START.exec(text);
    if (element === null) return undefined;
    at = ELEMENT_START.lastIndex;
    const parameters = structuredData.get(element[1]!) ?? new Map<string, string[]>();
    structuredData.set(element[1]!, parameters);
    for (;;) {
      PARAMETER.lastIndex = at;
      const parameter = PARAMETER.exec(text);
      if (parameter === null) break;
      at = PARAMETER.lastIndex;
      const [, name, escaped] = parameter;
      const values = parameters.get(name!);
      const value = escaped!.replace(/\\(["\\\]])/g, '$1');
      if (values === undefined) parameters.set(name!, [value]);
      else values.push(value);
    }
    if (text[at] !== ']') return undefined;
    at++;
  }
  return structuredData.size === 0 ? undefined : { structuredData, end: at };
}

function present(text: string): string | undefined {
  return text === '-' ? undefined : text;
}

/** Time, host and tag as far as they are there (RFC 3164 §4.1); with the time in ISO 8601 too, as rsyslog writes it by default. */
function parseRfc3164(text: string, nowMs: number, offsetMinutes: number): Parts {
  let rest = text;
  let timestamp: bigint | undefined;
  const time = RFC3164_TIME.exec(rest);
  const isoTime = time === null ? ISO_TIME.exec(rest) : null;
  if (time !== null) timestamp = rfc3164Ticks(time[1]!, nowMs, offsetMinutes);
  else if (isoTime !== null) timestamp = parseIsoTicks(isoTime[1]!);
  let host: string | undefined;
  if (timestamp !== undefined) {
    rest = rest.slice((time ?? isoTime)![0].length);
    // Without a host the tag comes next, as programs on the same machine write it.
    const named = TAG.test(rest) ? null : HOST.exec(rest);
    if (named !== null) {
      host = named[1];
      rest = rest.slice(named[0].length);
    }
  }
  const tag = TAG.exec(rest);
  return {
    timestamp,
    host,
    application: tag?.[1],
    processId: tag?.[2],
    messageId: undefined,
    structuredData: NO_DATA,
    message: tag === null ? rest : rest.slice(tag[0].length),
  };
}
