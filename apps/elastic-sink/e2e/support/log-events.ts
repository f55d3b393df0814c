import { encodeEvent, EventWriter, tag, TickClock, UuidV1Generator, type Value } from '@hercules/protocol';

const clock = new TickClock();
const uuids = new UuidV1Generator({ clock });

/** An event of this moment with these tags, encoded. */
export function newEvent(tags: Readonly<Record<string, Value>>): Buffer {
  return encodeEvent({ version: 1, timestamp: clock.now(), uuid: uuids.next(), payload: new Map(Object.entries(tags)) });
}

/** A log event of a project, encoded. */
export function newLogEvent(project: string, message: string, more: Readonly<Record<string, Value>> = {}): Buffer {
  return newEvent({ message: tag.string(message), properties: tag.container({ project: tag.string(project) }), ...more });
}

/** Many log events at once, one tick or more apart, each with its number in `number`. */
export function newBurst(project: string, count: number): Buffer[] {
  const writer = new EventWriter();
  return Array.from({ length: count }, (_, number) => {
    writer.reset();
    writer.beginEvent(clock.now(), uuids.next());
    writer.string('message', `event ${number}`);
    writer.integer('number', number);
    writer.beginContainer('properties');
    writer.string('project', project);
    writer.endContainer();
    writer.endEvent();
    return Buffer.from(writer.events());
  });
}

/** The document id that the event must get: base64 of the 24 bytes after the version. */
export function documentIdOf(event: Buffer): string {
  return event.toString('base64', 1, 25);
}
