import { JSON_TYPE, jsonAnswer, type Route } from '@hercules/http-api';
import { z } from 'zod';
import type { TraceAccess } from '../tracing/trace-access.ts';
import type { ReplicaTable } from './replica-table.ts';

const EVENT_STREAM = 'text/event-stream';

const weightsSchema = z.object({
  service: z.string(),
  at: z.string().describe('When they were published'),
  replicas: z.array(
    z.object({
      replica: z.string(),
      weight: z.number().describe('In (0, 1]: the share of its usual requests that it should get'),
      requestsPerSecond: z.number(),
      errorRate: z.number().describe('0 to 1'),
      latencyMs: z.number().describe('75th percentile of what succeeded'),
    }),
  ),
});

/** Weights of replicas, as trace-analytics publishes them. */
export function replicaRoutes(table: ReplicaTable, { access, rights, check }: TraceAccess): Route[] {
  const tag = 'replicas';
  const answers = { 503: { description: 'No weights have been read yet, or too many clients follow them; try again later' } };
  return [
    {
      method: 'GET',
      path: '/replicas',
      tag,
      summary: 'Names of the services whose replicas have weights',
      access,
      ...rights,
      parameters: [],
      answers: { 200: { description: 'The names, sorted', schema: z.array(z.string()) }, ...answers },
      handle(request) {
        check(request);
        return jsonAnswer(table.services());
      },
    },
    {
      method: 'GET',
      path: '/replicas/:service',
      tag,
      summary: 'Weights of the replicas of a service; with Accept: text/event-stream an event each time that they are published',
      access,
      ...rights,
      parameters: [],
      answers: {
        200: { description: 'The weights; as server-sent events each a JSON document of this form', schema: weightsSchema },
        404: { description: 'Nothing is known of the service' },
        ...answers,
      },
      handle(request) {
        check(request);
        const service = request.segment('service');
        if (request.headers.accept?.includes(EVENT_STREAM) === true) {
          table.requireRoom();
          return { stream: (_incoming, response) => table.follow(service, response) };
        }
        return { status: 200, contentType: JSON_TYPE, body: table.document(service) };
      },
    },
  ];
}
