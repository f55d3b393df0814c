import { readEvent, renderStackTrace } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import { type Section, withEvent } from '../section.ts';

/** `stackTrace`: the text of a structured exception (protocol §10.2). */
export const stackTrace: Section = {
  key: 'stackTrace',
  run(section, events, report) {
    const text = section.at('text').text();
    const event = section.at('event');
    withEvent(`stackTrace/${event.text()}`, event, events, report, (bytes) => {
      const exception = readEvent(bytes).event.payload.get('exception');
      if (exception?.type !== 'container') throw new Error('the event should have an exception container');
      expectEqual(renderStackTrace(exception.value), text, 'the text');
    });
  },
};
