import { bulkActionLine } from '@hercules/elastic-sink';
import { eventIdBase64 } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import { type Section, withEvent } from '../section.ts';

/** `elasticBulkActionLine`: the line of a bulk request that names index and id (sinks §2.2), compared as JSON. */
export const elasticBulkActionLine: Section = {
  key: 'elasticBulkActionLine',
  run(section, events, report) {
    for (const test of section.list()) {
      const index = test.at('index').text();
      const line = test.at('line').as('a line of JSON', (text) => JSON.parse(text as string) as unknown);
      // Elasticsearch 7 and older want the type, which the line of the original has; 8 refuses it.
      const documentType = test.at('line').text().includes('"_type"');
      withEvent(`elasticBulkActionLine/${test.at('event').text()}`, test.at('event'), events, report, (bytes) => {
        expectEqual(JSON.parse(bulkActionLine(index, eventIdBase64(bytes, 0), documentType)), line, 'the line');
      });
    }
  },
};
