import type { Route } from '@hercules/http-api';
import type { MetadataRegistry } from '@hercules/metadata';
import { filterParameter, readEventFilter, sampleParameter } from '../events/filter-parameters.ts';
import { existingStream } from '../streams/existing-stream.ts';
import type { Tails } from './tails.ts';

/** Following a stream. */
export function tailRoutes(registry: Pick<MetadataRegistry, 'stream'>, tails: Tails): Route[] {
  return [
    {
      method: 'GET',
      path: '/streams/:name/tail',
      tag: 'streams',
      summary: 'Follow a stream from now on: server-sent events, each a JSON document',
      access: 'key',
      rights: 'read on the stream, for as long as it is followed',
      parameters: [filterParameter, sampleParameter],
      answers: {
        200: {
          description:
            'text/event-stream: documents; `dropped` with the number of events that a slow client has missed; `closed` with the reason when it ends',
        },
        400: { description: 'A parameter is bad; the text says which, and what was expected' },
        404: { description: 'There is no such stream' },
        503: { description: 'Too many follow streams already; try again later' },
      },
      handle(request) {
        const name = request.segment('name');
        const checkRight = (): void => request.requireRight('read', name);
        checkRight();
        existingStream(registry, name);
        const filter = readEventFilter(request);
        tails.requireRoom();
        return { stream: (_incoming, response) => tails.follow(name, response, filter, checkRight) };
      },
    },
  ];
}
