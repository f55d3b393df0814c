import { MINUTE_MS, minuteOfMs } from '@hercules/audit';
import { integerParameter, jsonAnswer, patternParameter, type Route, timeParameter } from '@hercules/http-api';
import { NAME_PATTERN } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import { auditDocument, auditSchema } from '../audit/audit-document.ts';
import type { Auditor } from '../audit/auditor.ts';
import { withinReadingTime } from '../http/reading-time.ts';

const DEFAULT_MINUTES = 15;
const MAX_MINUTES = 1440;
const DEFAULT_LATE_MINUTES = 5;

const streamParameter = patternParameter('stream', NAME_PATTERN, {
  expected: 'a name of 1 to 48 characters a–z, 0–9, _',
  description: 'Name of the stream',
});
const from = timeParameter('from', `Begin, by time of arrival; ${DEFAULT_MINUTES} minutes ago if left out`, false);
const to = timeParameter('to', 'End; now if left out. Minutes are taken as a whole', false);
const lateAfterMinutes = integerParameter('lateAfterMinutes', {
  expected: 'a whole number of minutes, 0 or more',
  minimum: 0,
  required: false,
  description: `An event that arrives more than so many minutes after it happened is late; ${DEFAULT_LATE_MINUTES} if left out`,
});

/** The delivery audit: what of each minute is where. The original has none. */
export function auditRoutes(auditor: Pick<Auditor, 'audit'>): Route[] {
  return [
    {
      method: 'GET',
      path: '/audit',
      tag: 'audit',
      summary: 'Compares what gateways, topic and sinks know of a stream, minute by minute, and names what differs',
      access: 'key',
      rights: 'read on the stream',
      parameters: [streamParameter, from, to, lateAfterMinutes],
      answers: {
        200: { description: 'The comparison', schema: auditSchema },
        400: { description: 'A parameter is missing or bad; the text says which, and what was expected' },
        404: { description: 'There is no such stream' },
        408: { description: 'There is too much to read; ask for less' },
        503: { description: 'Kafka is not available; try again later' },
      },
      async handle(request) {
        const stream = request.required(streamParameter);
        request.requireRight('read', stream);
        const now = Date.now();
        const toMinute = Math.ceil((request.optional(to) ?? now) / MINUTE_MS);
        const fromMinute = minuteOfMs(request.optional(from) ?? (toMinute - DEFAULT_MINUTES) * MINUTE_MS);
        if (toMinute <= fromMinute || toMinute - fromMinute > MAX_MINUTES)
          throw new HerculesError(
            'INVALID_ARGUMENT',
            `Expected 1 to ${MAX_MINUTES} minutes between the query parameters 'from' and 'to', got ${toMinute - fromMinute}`,
          );
        const question = { stream, fromMinute, toMinute, lateAfterMinutes: request.optional(lateAfterMinutes) ?? DEFAULT_LATE_MINUTES };
        return jsonAnswer(auditDocument(question, await withinReadingTime((signal) => auditor.audit(question, signal))));
      },
    },
  ];
}
