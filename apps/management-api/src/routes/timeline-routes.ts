import { integerParameter, jsonAnswer, type Route, textParameter } from '@hercules/http-api';
import { nameSchema, timelineSchema, type Timeline } from '@hercules/metadata';
import { HerculesError } from '@hercules/protocol';
import { z } from 'zod';
import { runChange, TASK_ANSWERS, TASK_PARAMETERS } from '../http/task-parameters.ts';
import type { RouteContext } from './route-context.ts';

const timelineParameter = textParameter('timeline', { description: 'Name of the timeline' });
const newTtl = integerParameter('newTtl', {
  expected: 'a whole number of milliseconds, 1000 or more',
  minimum: 1000,
  description: 'How long events are kept from now on, in ms',
});

const NOT_FOUND = { 404: { description: 'There is no such timeline' } };
const MANAGE = 'manage on the timeline';

/** Timelines: apis §4, model §2. A change ends when the owner of the tables has reported how it went. */
export function timelineRoutes({ registry, tasks }: RouteContext): Route[] {
  const existing = (name: string): Timeline => {
    const timeline = registry.timeline(name);
    if (timeline === undefined) throw new HerculesError('NOT_FOUND', `There is no timeline '${name}'`);
    return timeline;
  };
  /** For changes: also one that is not there yet, or is about to change. */
  const requireKnown = (name: string): void => {
    const entry = registry.timelineEntry(name);
    if (entry === undefined || entry.state === 'deleting') throw new HerculesError('NOT_FOUND', `There is no timeline '${name}'`);
  };
  const tag = 'timelines';
  return [
    {
      method: 'POST',
      path: '/timelines/create',
      tag,
      summary: 'Create a timeline',
      access: 'key',
      rights: 'manage on the name, and read on each source stream',
      parameters: TASK_PARAMETERS,
      body: { description: 'The timeline; unknown properties are ignored', schema: timelineSchema },
      answers: { ...TASK_ANSWERS, 409: { description: 'The name is taken' } },
      handle(request) {
        const timeline = request.document(timelineSchema, 'timeline');
        request.requireRight('manage', timeline.name);
        if (registry.timeline(timeline.name) !== undefined) {
          throw new HerculesError('ALREADY_EXISTS', `A timeline with the name '${timeline.name}' already exists`);
        }
        for (const source of timeline.streams) request.requireRight('read', source);
        return runChange(tasks, request, { type: 'timeline.create', timeline });
      },
    },
    {
      method: 'POST',
      path: '/timelines/delete',
      tag,
      summary: 'Delete a timeline',
      access: 'key',
      rights: MANAGE,
      parameters: [timelineParameter, ...TASK_PARAMETERS],
      answers: { ...TASK_ANSWERS, ...NOT_FOUND },
      handle(request) {
        const name = request.required(timelineParameter);
        request.requireRight('manage', name);
        requireKnown(name);
        return runChange(tasks, request, { type: 'timeline.delete', name });
      },
    },
    {
      method: 'POST',
      path: '/timelines/changeTtl',
      tag,
      summary: 'Change how long a timeline keeps events',
      access: 'key',
      rights: MANAGE,
      parameters: [timelineParameter, newTtl, ...TASK_PARAMETERS],
      answers: { ...TASK_ANSWERS, ...NOT_FOUND },
      handle(request) {
        const name = request.required(timelineParameter);
        request.requireRight('manage', name);
        const ttl = request.required(newTtl);
        requireKnown(name);
        return runChange(tasks, request, { type: 'timeline.changeTtl', name, ttl });
      },
    },
    {
      method: 'GET',
      path: '/timelines/list',
      tag,
      summary: 'Names of all timelines, sorted',
      access: 'key',
      parameters: [],
      answers: { 200: { description: 'The names', schema: z.array(nameSchema) } },
      handle: () =>
        jsonAnswer(
          registry
            .timelines()
            .map((timeline) => timeline.name)
            .sort(),
        ),
    },
    {
      method: 'GET',
      path: '/timelines/info',
      tag,
      summary: 'One timeline',
      access: 'key',
      rights: MANAGE,
      parameters: [timelineParameter],
      answers: {
        200: { description: 'The timeline', schema: timelineSchema },
        400: { description: "Parameter 'timeline' is missing" },
        ...NOT_FOUND,
      },
      handle(request) {
        const name = request.required(timelineParameter);
        request.requireRight('manage', name);
        return jsonAnswer(existing(name));
      },
    },
  ];
}
