import { graphiteLine, readEvent } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import { type Section, withEvent } from '../section.ts';

/** `graphiteLines`: metric events in Graphite's plaintext protocol (sinks §3.1). */
export const graphiteLines: Section = {
  key: 'graphiteLines',
  run(section, events, report) {
    for (const test of section.list()) {
      const tags = test.at('tags').flag();
      const replaceDots = test.at('replaceDots').flag();
      const line = test.at('line').text();
      const event = test.at('event');
      withEvent(`graphiteLines/${event.text()} tags=${tags} replaceDots=${replaceDots}`, event, events, report, (bytes) => {
        expectEqual(graphiteLine(readEvent(bytes).event, { tags, replaceDots }), line, 'the line');
      });
    }
  },
};
