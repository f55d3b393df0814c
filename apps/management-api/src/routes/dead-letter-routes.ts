import { type ApiRequest, callerName, integerParameter, jsonAnswer, patternParameter, type Route, textParameter } from '@hercules/http-api';
import { CURSOR_PATTERN } from '@hercules/kafka';
import { HerculesError } from '@hercules/protocol';
import type { StoredLetter } from '@hercules/sink';
import { z } from 'zod';
import { LetterTally, letterCountsSchema } from '../dead-letters/letter-counts.ts';
import { letterSummary, letterSummarySchema, originalDocument } from '../dead-letters/letter-document.ts';
import { readSelection, SELECTION_PARAMETERS } from '../dead-letters/letter-selection.ts';
import { withinReadingTime } from '../http/reading-time.ts';
import type { DeadLetterContext } from './route-context.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

const streamParameter = patternParameter('stream', /^(?!hercules_|__)[a-z0-9_]{1,48}$/, {
  expected: 'a name of 1 to 48 characters a–z, 0–9, _ that does not begin with hercules_ or __',
  required: false,
  description: 'Stream of the dead letters, if it is not the usual one',
});
const limitParameter = integerParameter('limit', {
  expected: `a whole number from 1 to ${MAX_LIMIT}`,
  minimum: 1,
  maximum: MAX_LIMIT,
  required: false,
  description: `Most letters; ${DEFAULT_LIMIT} if left out`,
});
const cursorParameter = patternParameter('cursor', CURSOR_PATTERN, {
  expected: 'a cursor as an answer has given it',
  required: false,
  description: 'Where to go on instead of `from`: the `next` of an answer',
});
const ID = /^[0-9a-f-]{4,36}$/i;
const EXPECTED_ID = 'the id of a letter or its beginning, 4 to 36 characters 0–9, a–f, -';
const idParameter = patternParameter('id', ID, { expected: EXPECTED_ID, description: 'Id of the letter, or its beginning' });
const idsParameter = patternParameter('id', ID, {
  expected: EXPECTED_ID,
  required: false,
  description: 'Id of a letter, or its beginning; may repeat',
});
const allParameter = textParameter('all', {
  required: false,
  description: 'If present, be it empty or "false", all letters that the other parameters select, up to `limit`',
});

const letterList = z.object({
  letters: z.array(letterSummarySchema),
  unreadable: z.number().describe('Records in between that are no dead letters'),
  next: z.string().nullable().describe('Cursor to go on with; null when nothing was written yet'),
  complete: z.boolean().describe('Whether the end was reached'),
});
const shownLetter = letterSummarySchema.extend({
  key: z.string().nullable().describe('Key of the record, base64'),
  original: z.unknown().describe('The event with all its tags'),
  originalBase64: z.string().describe('Its bytes'),
});
const resendReport = z.object({
  sent: z.number(),
  failed: z.array(z.object({ id: z.string(), reason: z.string() })).describe('Letters that are not sent, and why'),
  next: z.string().nullable().describe('With `all`: cursor to go on with'),
  complete: z.boolean().describe('With `all`: whether all selected letters were looked at'),
});

const ANSWERS = {
  400: { description: 'A parameter is missing or bad; the text says which, and what was expected' },
  408: { description: 'There is too much to read; ask for less' },
  503: { description: 'Kafka is not available; try again later' },
};
const NOT_FOUND = { 404: { description: 'There is no such letter' } };
const READ = 'read on the stream of the dead letters';

/** Dead letters: what sinks could not store. The original only logs it. */
export function deadLetterRoutes({ box, resender, resendings, stream: usual }: DeadLetterContext): Route[] {
  const tag = 'dead letters';
  const streamOf = (request: ApiRequest): string => {
    const stream = request.optional(streamParameter) ?? usual;
    request.requireRight('read', stream);
    return stream;
  };
  const summary = (stream: string, letter: StoredLetter) => letterSummary(letter, resendings.of(stream, letter.id));
  const find = async (stream: string, request: ApiRequest, ids: readonly string[]): Promise<StoredLetter[]> => {
    const wanted = ids.map((id) => id.toLowerCase());
    const found = await withinReadingTime((signal) => box.find(stream, wanted, readSelection(request), signal));
    return wanted.map((id) => onlyOne(found, id));
  };
  return [
    {
      method: 'GET',
      path: '/deadletters',
      tag,
      summary: 'What could not be stored, and why, the oldest first',
      access: 'key',
      rights: READ,
      parameters: [streamParameter, ...SELECTION_PARAMETERS, limitParameter, cursorParameter],
      answers: { 200: { description: 'The letters', schema: letterList }, ...ANSWERS },
      async handle(request) {
        const stream = streamOf(request);
        const selection = readSelection(request);
        const limit = request.optional(limitParameter) ?? DEFAULT_LIMIT;
        const range = await box.open(stream, selection, request.optional(cursorParameter));
        if (range === undefined) return jsonAnswer({ letters: [], unreadable: 0, next: null, complete: true });
        const { letters, unreadable } = await withinReadingTime((signal) => box.page(range, selection, limit, signal));
        return jsonAnswer({
          letters: letters.map((letter) => summary(stream, letter)),
          unreadable,
          next: range.cursor,
          complete: range.isComplete,
        });
      },
    },
    {
      method: 'GET',
      path: '/deadletters/counts',
      tag,
      summary: 'How many letters there are, by sink, source stream and reason',
      access: 'key',
      rights: READ,
      parameters: [streamParameter, ...SELECTION_PARAMETERS],
      answers: { 200: { description: 'The counts', schema: letterCountsSchema }, ...ANSWERS },
      async handle(request) {
        const stream = streamOf(request);
        const selection = readSelection(request);
        const tally = new LetterTally();
        const range = await box.open(stream, selection);
        await withinReadingTime(async (signal) => {
          while (range !== undefined && !range.isComplete) {
            const { letters, unreadable } = await box.page(range, selection, Infinity, signal);
            tally.add(letters, unreadable);
          }
        });
        return jsonAnswer(tally.counts());
      },
    },
    {
      method: 'GET',
      path: '/deadletters/show',
      tag,
      summary: 'All about a letter, with the event it holds',
      access: 'key',
      rights: READ,
      parameters: [idParameter, streamParameter, ...SELECTION_PARAMETERS],
      answers: { 200: { description: 'The letter', schema: shownLetter }, ...ANSWERS, ...NOT_FOUND },
      async handle(request) {
        const stream = streamOf(request);
        const [letter] = await find(stream, request, [request.required(idParameter)]);
        return jsonAnswer({
          ...summary(stream, letter!),
          key: letter!.key?.toString('base64') ?? null,
          original: originalDocument(letter!),
          originalBase64: letter!.original.toString('base64'),
        });
      },
    },
    {
      method: 'POST',
      path: '/deadletters/resend',
      tag,
      summary: 'Send the events of letters to the streams they came from, with the same ids; once a letter',
      access: 'key',
      rights: `${READ}, and write on the streams that the events came from`,
      parameters: [idsParameter, allParameter, streamParameter, ...SELECTION_PARAMETERS, limitParameter, cursorParameter],
      answers: { 200: { description: 'How many are sent, and which are not', schema: resendReport }, ...ANSWERS, ...NOT_FOUND },
      async handle(request) {
        const stream = streamOf(request);
        const ids = request.all(idsParameter.name).filter((id) => id !== '');
        const bad = ids.find((id) => !ID.test(id));
        if (bad !== undefined)
          throw new HerculesError(
            'INVALID_ARGUMENT',
            `Query parameter 'id' is invalid: expected ${EXPECTED_ID}, got "${bad.slice(0, 60)}"`,
          );
        if (request.has(allParameter.name) === ids.length > 0)
          throw new HerculesError('INVALID_ARGUMENT', "Which letters? Expected either the query parameter 'id' or 'all'");
        const resend = (letters: readonly StoredLetter[]) =>
          resender.resend({
            stream,
            letters,
            by: callerName(request.caller),
            requireWrite: (source) => request.requireRight('write', source),
          });
        if (ids.length > 0) return jsonAnswer({ ...(await resend(await find(stream, request, ids))), next: null, complete: true });
        const selection = readSelection(request);
        const range = await box.open(stream, selection, request.optional(cursorParameter));
        if (range === undefined) return jsonAnswer({ sent: 0, failed: [], next: null, complete: true });
        const limit = request.optional(limitParameter) ?? DEFAULT_LIMIT;
        const { letters } = await withinReadingTime((signal) => box.page(range, selection, limit, signal));
        return jsonAnswer({ ...(await resend(letters)), next: range.cursor, complete: range.isComplete });
      },
    },
  ];
}

/** The letter whose id begins so. */
function onlyOne(found: readonly StoredLetter[], id: string): StoredLetter {
  const [letter, ...others] = found.filter((candidate) => candidate.id.startsWith(id));
  if (letter === undefined) throw new HerculesError('NOT_FOUND', `There is no dead letter ${id} among those that are selected`);
  if (others.length > 0)
    throw new HerculesError('INVALID_ARGUMENT', `${others.length + 1} dead letters begin with ${id}: give more of the id`);
  return letter;
}
