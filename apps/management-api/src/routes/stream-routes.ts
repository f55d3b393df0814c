import { integerParameter, jsonAnswer, type Route, textParameter } from '@hercules/http-api';
import { nameSchema, streamSchema, type Stream } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';
import { runChange, TASK_ANSWERS, TASK_PARAMETERS } from '../http/task-parameters.ts';
import { requireDerivable, requireMorePartitions } from '../tasks/stream-changes.ts';
import type { RouteContext } from './route-context.ts';

const streamParameter = textParameter('stream', { description: 'Name of the stream' });
const newTtl = integerParameter('newTtl', {
  expected: 'a whole number of milliseconds above 0',
  minimum: 1,
  description: 'How long events are kept from now on, in ms',
});
const newDescription = textParameter('newDescription', { maxLength: 999, description: 'New description; may be empty' });
const newPartitions = integerParameter('newPartitions', {
  expected: 'a whole number from 1 to 99',
  minimum: 1,
  maximum: 99,
  description: 'New number of partitions, more than there are',
});

const NOT_FOUND = { 404: { description: 'There is no such stream' } };
const MANAGE = 'manage on the stream';

/** Streams: apis §4, model §1. */
export function streamRoutes({ registry, tasks, ownTopics }: RouteContext): Route[] {
  const existing = (name: string): Stream => {
    const stream = registry.stream(name);
    if (stream === undefined) throw new HerculesError('STREAM_NOT_FOUND', `There is no stream '${name}'`);
    return stream;
  };
  const tag = 'streams';
  return [
    {
      method: 'POST',
      path: '/streams/create',
      tag,
      summary: 'Create a stream and its Kafka topic',
      access: 'key',
      rights: 'manage on the name, and read on each source of a derived stream',
      parameters: TASK_PARAMETERS,
      body: { description: 'The stream; unknown properties are ignored', schema: streamSchema },
      answers: {
        ...TASK_ANSWERS,
        409: {
          description:
            'The name is taken by a stream or by a topic that does not fit; the stream would read itself; it does not fit into its splitter',
        },
      },
      handle(request) {
        const stream = request.document(streamSchema, 'stream');
        if (ownTopics.includes(stream.name)) {
          throw new HerculesError(
            'INVALID_ARGUMENT',
            `Invalid stream: name: expected a name that is not used by Hercules itself, got "${stream.name}"`,
          );
        }
        request.requireRight('manage', stream.name);
        if (registry.stream(stream.name) !== undefined) {
          throw new HerculesError('ALREADY_EXISTS', `A stream with the name '${stream.name}' already exists`);
        }
        if (stream.type === 'derived') for (const source of stream.streams) request.requireRight('read', source);
        requireDerivable(stream, registry);
        return runChange(tasks, request, { type: 'stream.create', stream });
      },
    },
    {
      method: 'POST',
      path: '/streams/delete',
      tag,
      summary: 'Delete a stream and its Kafka topic with all events',
      access: 'key',
      rights: MANAGE,
      parameters: [streamParameter, ...TASK_PARAMETERS],
      answers: { ...TASK_ANSWERS, ...NOT_FOUND },
      handle(request) {
        const name = request.required(streamParameter);
        request.requireRight('manage', name);
        existing(name);
        return runChange(tasks, request, { type: 'stream.delete', name });
      },
    },
    {
      method: 'POST',
      path: '/streams/changeTtl',
      tag,
      summary: 'Change how long a stream keeps events',
      access: 'key',
      rights: MANAGE,
      parameters: [streamParameter, newTtl, ...TASK_PARAMETERS],
      answers: { ...TASK_ANSWERS, ...NOT_FOUND },
      handle(request) {
        const name = request.required(streamParameter);
        request.requireRight('manage', name);
        const ttl = request.required(newTtl);
        existing(name);
        return runChange(tasks, request, { type: 'stream.changeTtl', name, ttl });
      },
    },
    {
      method: 'POST',
      path: '/streams/changeDescription',
      tag,
      summary: 'Change the description of a stream',
      access: 'key',
      rights: MANAGE,
      parameters: [streamParameter, newDescription, ...TASK_PARAMETERS],
      answers: { ...TASK_ANSWERS, ...NOT_FOUND },
      handle(request) {
        const name = request.required(streamParameter);
        request.requireRight('manage', name);
        const description = request.required(newDescription);
        existing(name);
        return runChange(tasks, request, { type: 'stream.changeDescription', name, description });
      },
    },
    {
      method: 'POST',
      path: '/streams/increasePartitions',
      tag,
      summary: 'Give a stream more partitions',
      access: 'key',
      rights: MANAGE,
      parameters: [streamParameter, newPartitions, ...TASK_PARAMETERS],
      answers: { ...TASK_ANSWERS, ...NOT_FOUND, 409: { description: 'The stream has as many partitions already, or more' } },
      handle(request) {
        const name = request.required(streamParameter);
        request.requireRight('manage', name);
        const partitions = request.required(newPartitions);
        requireMorePartitions(existing(name), partitions);
        return runChange(tasks, request, { type: 'stream.increasePartitions', name, partitions });
      },
    },
    {
      method: 'GET',
      path: '/streams/list',
      tag,
      summary: 'Names of all streams, sorted',
      access: 'key',
      parameters: [],
      answers: { 200: { description: 'The names', schema: z.array(nameSchema) } },
      handle: () =>
        jsonAnswer(
          registry
            .streams()
            .map((stream) => stream.name)
            .sort(),
        ),
    },
    {
      method: 'GET',
      path: '/streams/info',
      tag,
      summary: 'One stream',
      access: 'key',
      rights: 'read or manage on the stream',
      parameters: [streamParameter],
      answers: {
        200: { description: 'The stream', schema: streamSchema },
        400: { description: "Parameter 'stream' is missing" },
        ...NOT_FOUND,
      },
      handle(request) {
        const name = request.required(streamParameter);
        request.requireAnyRight(['read', 'manage'], name);
        return jsonAnswer(existing(name));
      },
    },
  ];
}
