import { jsonAnswer, patternParameter, type Route } from '@hercules/http-api';
import { filterListSchema, listedKey, NAME_PATTERN } from '@hercules/metadata';
import { z } from 'zod';
import { keyParameter } from '../http/key-parameter.ts';
import { runChange, TASK_ANSWERS, TASK_PARAMETERS } from '../http/task-parameters.ts';
import type { RouteContext } from './route-context.ts';

const streamParameter = patternParameter('stream', NAME_PATTERN, {
  expected: 'a name of 1 to 48 characters a–z, 0–9, _',
  description: 'Name of the stream; it need not exist yet',
});

const listedValidation = z.object({
  key: z.string().describe('<prefix>~sha256:<digest>'),
  stream: z.string(),
  filters: filterListSchema,
});

/** Content validations (model §4.3): events of a key that fail a filter are not taken into the stream. The original has no such endpoints. */
export function validationRoutes({ registry, tasks }: RouteContext): Route[] {
  const tag = 'validations';
  return [
    {
      method: 'POST',
      path: '/validations/set',
      tag,
      summary: "Set the filters that an API key's events must pass to be written to a stream",
      access: 'master',
      parameters: [keyParameter, streamParameter, ...TASK_PARAMETERS],
      body: { description: 'All filters of this key and stream; an empty list removes them', schema: filterListSchema },
      answers: TASK_ANSWERS,
      handle(request) {
        const key = request.required(keyParameter);
        const stream = request.required(streamParameter);
        const filters = request.document(filterListSchema, 'list of filters');
        return runChange(tasks, request, { type: 'validations.set', key, stream, filters });
      },
    },
    {
      method: 'GET',
      path: '/validations/list',
      tag,
      summary: 'All content validations, sorted by key and stream',
      access: 'master',
      parameters: [],
      answers: { 200: { description: 'The validations', schema: z.array(listedValidation) } },
      handle: () =>
        jsonAnswer(
          registry
            .validations()
            .map((validation) => ({ key: listedKey(validation), stream: validation.stream, filters: validation.filters }))
            .sort((a, b) => (`${a.key}.${a.stream}` < `${b.key}.${b.stream}` ? -1 : 1)),
        ),
    },
  ];
}
