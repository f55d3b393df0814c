import { encodeEvent, eventId, eventIdBase64 } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import type { Section } from '../section.ts';

/** `eventIds`: 24 bytes of timestamp and uuid, and their base64 (protocol §3). */
export const eventIds: Section = {
  key: 'eventIds',
  run(section, _events, report) {
    for (const test of section.list()) {
      const timestamp = test.at('timestamp').bigint();
      const uuid = test.at('uuid').text();
      const expectedId = test.at('eventIdHex').hex();
      const expectedText = test.at('base64').text();
      report.check(`eventIds/${uuid}`, () => {
        expectEqual(eventId(timestamp, uuid), expectedId, 'the id');
        const event = encodeEvent({ version: 1, timestamp, uuid, payload: new Map() });
        expectEqual(eventIdBase64(event, 0), expectedText, 'the base64 of the id');
      });
    }
  },
};
