import { integerParameter, jsonAnswer, type Route } from '@hercules/http-api';
import { DEFAULT_BURST_SECONDS, listedKey, MAX_BURST_SECONDS } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';
import { keyParameter } from '../http/key-parameter.ts';
import { namesPattern } from '../http/names-pattern.ts';
import { runChange, TASK_ANSWERS, TASK_PARAMETERS } from '../http/task-parameters.ts';
import type { RouteContext } from './route-context.ts';

const pattern = namesPattern('Streams that share the quota');
const rate = (name: string, what: string) =>
  integerParameter(name, {
    expected: 'a number from 1',
    minimum: 1,
    required: false,
    description: `${what} that the key may write a second`,
  });
const eventsPerSecond = rate('eventsPerSecond', 'Events');
const bytesPerSecond = rate('bytesPerSecond', 'Bytes of events');
const burstSeconds = integerParameter('burstSeconds', {
  expected: `a number from 1 to ${MAX_BURST_SECONDS}`,
  minimum: 1,
  maximum: MAX_BURST_SECONDS,
  required: false,
  description: `For how many seconds the key may save up what it does not write; ${DEFAULT_BURST_SECONDS} unless said otherwise`,
});

const listedQuota = z.object({
  key: z.string().describe('<prefix>~sha256:<digest>'),
  pattern: z.string(),
  eventsPerSecond: z.number().optional(),
  bytesPerSecond: z.number().optional(),
  burstSeconds: z.number(),
});

/** Quotas: how much a key may write. The original has none. All idempotent. */
export function quotaRoutes({ registry, tasks }: RouteContext): Route[] {
  const tag = 'quotas';
  return [
    {
      method: 'POST',
      path: '/quotas/set',
      tag,
      summary: 'Limit what an API key writes to the streams that a pattern names, all of them together',
      access: 'master',
      parameters: [keyParameter, pattern, eventsPerSecond, bytesPerSecond, burstSeconds, ...TASK_PARAMETERS],
      answers: TASK_ANSWERS,
      handle(request) {
        const events = request.optional(eventsPerSecond);
        const bytes = request.optional(bytesPerSecond);
        if (events === undefined && bytes === undefined) {
          throw new HerculesError('INVALID_ARGUMENT', "A quota needs the query parameter 'eventsPerSecond' or 'bytesPerSecond'");
        }
        return runChange(tasks, request, {
          type: 'quotas.set',
          key: request.required(keyParameter),
          pattern: request.required(pattern),
          eventsPerSecond: events,
          bytesPerSecond: bytes,
          burstSeconds: request.optional(burstSeconds) ?? DEFAULT_BURST_SECONDS,
        });
      },
    },
    {
      method: 'POST',
      path: '/quotas/delete',
      tag,
      summary: 'Take the quota of an API key on a pattern away',
      access: 'master',
      parameters: [keyParameter, pattern, ...TASK_PARAMETERS],
      answers: TASK_ANSWERS,
      handle: (request) =>
        runChange(tasks, request, { type: 'quotas.delete', key: request.required(keyParameter), pattern: request.required(pattern) }),
    },
    {
      method: 'GET',
      path: '/quotas/list',
      tag,
      summary: 'All quotas, sorted by key and pattern',
      access: 'master',
      parameters: [],
      answers: { 200: { description: 'The quotas', schema: z.array(listedQuota) } },
      handle: () =>
        jsonAnswer(
          registry
            .quotas()
            .map((quota) => {
              const { pattern: covered, eventsPerSecond: events, bytesPerSecond: bytes, burstSeconds: burst } = quota;
              return { key: listedKey(quota), pattern: covered, eventsPerSecond: events, bytesPerSecond: bytes, burstSeconds: burst };
            })
            .sort((a, b) => (`${a.key}.${a.pattern}` < `${b.key}.${b.pattern}` ? -1 : 1)),
        ),
    },
  ];
}
