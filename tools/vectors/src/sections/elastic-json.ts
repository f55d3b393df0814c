import {
  ANNOTATION_EVENT_MAPPING,
  ByteSink,
  DocumentFormatter,
  JsonTranscoder,
  LOG_EVENT_MAPPING,
  parseMapping,
  readEvent,
  TRACING_MAPPING,
} from '@hercules/protocol';
import { parseExactJson } from '../json-text.ts';
import { expectEqual } from '../report.ts';
import { type Section, withEvent } from '../section.ts';
import type { Shape } from '../shape.ts';

/** The mapping files that the original ships with, by their names there (protocol §9.2). */
const MAPPINGS: Readonly<Record<string, string>> = {
  'log-event.mapping': LOG_EVENT_MAPPING,
  'annotation-event.mapping': ANNOTATION_EVENT_MAPPING,
  'tracing.mapping': TRACING_MAPPING,
};

/** `elasticJson`: the document of an event (protocol §9.1), once from the decoded event and once straight from its bytes. */
export const elasticJson: Section = {
  key: 'elasticJson',
  run(section, events, report) {
    for (const test of section.list()) {
      const mappingName = test.at('mapping').text();
      const name = `elasticJson/${test.at('event').text()} by ${mappingName}`;
      const mappingText = MAPPINGS[mappingName];
      if (mappingText === undefined) {
        report.skip(name, `no mapping of this name is known; known are ${Object.keys(MAPPINGS).join(', ')}`);
        continue;
      }
      const options = {
        mapping: parseMapping(mappingText, mappingName),
        timestampEnabled: flagOf(test, 'timestampEnabled', true),
        ignoreUnknownTags: flagOf(test, 'ignoreUnknownTags', false),
        ...(test.has('timestampField') ? { timestampField: test.at('timestampField').text() } : {}),
      };
      const document = test.at('document').as('a document of JSON', (text) => parseExactJson(text as string));
      withEvent(name, test.at('event'), events, report, (bytes) => {
        expectEqual(parseExactJson(new DocumentFormatter(options).toJson(readEvent(bytes).event)), document, 'the document of the event');
        const out = new ByteSink();
        new JsonTranscoder(options).write(bytes, 0, bytes.length, out);
        expectEqual(parseExactJson(out.bytes().toString('utf8')), document, 'the document of the bytes');
      });
    }
  },
};

function flagOf(test: Shape, key: string, otherwise: boolean): boolean {
  return test.has(key) ? test.at(key).flag() : otherwise;
}
