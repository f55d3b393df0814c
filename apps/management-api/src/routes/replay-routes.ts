import { type ApiRequest, callerName, integerParameter, jsonAnswer, type Route, textParameter } from '@hercules/http-api';
import type { Stream } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import { type ReplayEntry, replayStatus, type ReplayTarget, type WantedState } from '@hercules/replay';
import { z } from 'zod';
import { dryRunSchema, listedReplaySchema, type ReplayRequest, replayRequestSchema } from '../replays/replay-request.ts';
import type { RouteContext } from './route-context.ts';

const MAX_LISTED = 1000;

const idParameter = textParameter('id', { description: 'Id of the replay' });
const limitParameter = integerParameter('limit', {
  expected: `a whole number from 1 to ${MAX_LISTED}`,
  minimum: 1,
  maximum: MAX_LISTED,
  required: false,
  description: `Most replays, the newest ones; ${MAX_LISTED} if left out`,
});

const NOT_FOUND = { 404: { description: 'There is no such replay' } };
const UNAVAILABLE = { 503: { description: 'Kafka is not available' } };
const READ = 'read or manage on the stream';
const MANAGE = 'manage on the stream; for a dry run, read is enough';

/** Replays (docs/replay.md). The original has none. */
export function replayRoutes({ registry, replays }: RouteContext): Route[] {
  const tag = 'replays';

  const existing = (request: ApiRequest): ReplayEntry => {
    const id = request.required(idParameter);
    const entry = replays.get(id);
    if (entry === undefined) throw new HerculesError('NOT_FOUND', `There is no replay '${id}'`);
    return entry;
  };
  const existingStream = (name: string): Stream => {
    const stream = registry.stream(name);
    if (stream === undefined) throw new HerculesError('STREAM_NOT_FOUND', `There is no stream '${name}'`);
    return stream;
  };

  const checkTarget = (request: ApiRequest, { stream, dryRun }: ReplayRequest, target: ReplayTarget): void => {
    switch (target.type) {
      case 'sink':
        return;
      case 'timeline':
        if (!dryRun) request.requireRight('manage', target.timeline);
        if (registry.timeline(target.timeline) === undefined)
          throw new HerculesError('NOT_FOUND', `There is no timeline '${target.timeline}'`);
        return;
      case 'stream': {
        if (!dryRun) request.requireRight('write', target.stream);
        if (target.stream === stream)
          throw new HerculesError(
            'INVALID_ARGUMENT',
            `Invalid replay: target.stream: expected another stream than the one that is read, got "${stream}"`,
          );
        if (existingStream(target.stream).type === 'derived')
          throw new HerculesError('DERIVED_STREAM', `The stream '${target.stream}' is derived from others: a replay cannot write it`);
      }
    }
  };

  const change = (action: string, wanted: WantedState, summary: string): Route => ({
    method: 'POST',
    path: `/replays/${action}`,
    tag,
    summary,
    access: 'key',
    rights: MANAGE,
    parameters: [idParameter],
    answers: {
      200: { description: 'The replay; its executor follows within a moment', schema: listedReplaySchema },
      400: { description: "Parameter 'id' is missing" },
      ...NOT_FOUND,
      409: { description: 'The replay has come to its end, or is being cancelled' },
      ...UNAVAILABLE,
    },
    async handle(request) {
      const entry = existing(request);
      // Whoever may begin one may end it.
      request.requireAnyRight(entry.job.dryRun ? ['read', 'manage'] : ['manage'], entry.job.stream);
      return jsonAnswer(listed(await replays.want(entry, wanted)));
    },
  });

  return [
    {
      method: 'POST',
      path: '/replays',
      tag,
      summary: 'Replay what a stream still keeps of a range of time into a sink, a timeline or another stream',
      access: 'key',
      rights:
        'read on the stream; unless it is a dry run also manage on the stream, and manage on the timeline or write on the other stream',
      parameters: [],
      body: { description: 'The replay; unknown properties are ignored', schema: replayRequestSchema },
      answers: {
        200: {
          description: 'The replay, which waits for its executor. A dry run without filters: the count, and nothing is kept',
          schema: z.union([listedReplaySchema, dryRunSchema]),
        },
        400: { description: 'The body is missing or bad; the text says what was expected' },
        404: { description: 'There is no such stream or timeline' },
        ...UNAVAILABLE,
      },
      async handle(request) {
        const asked = request.document(replayRequestSchema, 'replay');
        const { stream, from, to, dryRun, filters } = asked;
        request.requireRight('read', stream);
        if (!dryRun) request.requireRight('manage', stream);
        existingStream(stream);
        checkTarget(request, asked, asked.target);
        const now = Date.now();
        if (from >= Math.min(to ?? now, now))
          throw new HerculesError(
            'INVALID_ARGUMENT',
            `Invalid replay: from: expected a time before ${to === undefined || to > now ? 'now' : 'to'}, got ${from}`,
          );
        if (dryRun && filters.length === 0) return jsonAnswer({ dryRun, ...(await replays.measure(asked)) });
        return jsonAnswer(listed(await replays.create(asked, callerName(request.caller))));
      },
    },
    {
      method: 'GET',
      path: '/replays',
      tag,
      summary: 'Replays of the streams that the key may read or manage, the oldest first',
      access: 'key',
      parameters: [limitParameter],
      answers: {
        200: { description: 'The replays', schema: z.array(listedReplaySchema) },
        400: { description: "Parameter 'limit' is bad" },
      },
      handle(request) {
        const { caller } = request;
        const limit = request.optional(limitParameter) ?? MAX_LISTED;
        const mayBeSeen = ({ job }: ReplayEntry): boolean =>
          caller.kind === 'master' ||
          (caller.kind === 'apiKey' &&
            (['read', 'manage'] as const).some((right) => registry.authorizer.authorize(caller, right, job.stream) === 'allowed'));
        return jsonAnswer(replays.list().filter(mayBeSeen).slice(-limit).map(listed));
      },
    },
    {
      method: 'GET',
      path: '/replays/info',
      tag,
      summary: 'One replay and how far it has got',
      access: 'key',
      rights: READ,
      parameters: [idParameter],
      answers: {
        200: { description: 'The replay', schema: listedReplaySchema },
        400: { description: "Parameter 'id' is missing" },
        ...NOT_FOUND,
      },
      handle(request) {
        const entry = existing(request);
        request.requireAnyRight(['read', 'manage'], entry.job.stream);
        return jsonAnswer(listed(entry));
      },
    },
    change('pause', 'paused', 'Let a replay rest; what is being written is finished'),
    change('resume', 'running', 'Go on with a replay where it was paused'),
    change('cancel', 'cancelled', 'End a replay for good; what it has written stays'),
  ];
}

function listed(entry: ReplayEntry): z.infer<typeof listedReplaySchema> {
  return { ...entry.job, ...replayStatus(entry), progress: entry.progress };
}
