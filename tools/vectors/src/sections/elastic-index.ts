import { IndexNames, TagsIndexResolver } from '@hercules/elastic-sink';
import { expectEqual } from '../report.ts';
import { type Section, withEvent } from '../section.ts';

const POLICIES = ['DAILY', 'STATIC', 'ILM'] as const;

/** `elasticIndex`: the index of an event by its tags and the policy; null when there is none (sinks §2.1). */
export const elasticIndex: Section = {
  key: 'elasticIndex',
  run(section, events, report) {
    for (const test of section.list()) {
      const policy = test.at('policy').oneOf(POLICIES);
      const tags = test.at('tags').text().split(',');
      const expected = test.at('index').value === null ? undefined : test.at('index').text();
      const event = test.at('event');
      withEvent(`elasticIndex/${event.text()} ${policy} by ${tags.join(',')}`, event, events, report, (bytes) => {
        const names = new IndexNames({ resolvers: [new TagsIndexResolver(tags)], policy, prefix: '' });
        expectEqual(names.resolve(bytes, 0, bytes.length, 'stream')?.index, expected, 'the index');
      });
    }
  },
};
