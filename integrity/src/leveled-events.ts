import { DisorderedEvents, type RepeatableEvent } from './disordered-events.ts';

const EVENTS_PER_BATCH = 20;
const HOSTS = 12;

/** Log events of several hosts, every third of them an error. */
export function leveledEvents(startMs: number): DisorderedEvents {
  let number = 0;
  return new DisorderedEvents(startMs, (timeMs) => Array.from({ length: EVENTS_PER_BATCH }, () => leveledEvent(timeMs, number++)));
}

function leveledEvent(timeMs: number, number: number): RepeatableEvent {
  return {
    timeMs,
    writeTags(writer) {
      writer.string('level', number % 3 === 0 ? 'Error' : 'Info');
      writer.string('host', `host${number % HOSTS}`);
      writer.string('message', `event ${number}`);
    },
  };
}
