import { timetrapOffset } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import type { Section } from '../section.ts';

/** `timetrap`: the bucket of a timeline that a timestamp belongs to (model §2). */
export const timetrap: Section = {
  key: 'timetrap',
  run(section, _events, report) {
    for (const test of section.list()) {
      const ticks = test.at('timestampTicks').bigint();
      const sizeMs = test.at('timetrapSizeMs').number();
      const expected = test.at('ttOffset').number();
      report.check(`timetrap/${ticks} in ${sizeMs} ms`, () => expectEqual(timetrapOffset(ticks, sizeMs), expected, 'the offset'));
    }
  },
};
