import { HPath, naiveHash, readEvent, ShardingKey } from '@hercules/protocol';
import { eventOfVectorJson } from '@hercules/protocol/vectors';
import { expectEqual } from '../report.ts';
import type { Section } from '../section.ts';

/** `hash`: the sharding hash of one event for many keys (model §5.1), on its bytes, on the decoded event and on its json. */
export const hash: Section = {
  key: 'hash',
  run(section, _events, report) {
    const bytes = section.at('eventHex').hex();
    const { event } = section.at('eventHex').as('the bytes of an event', () => readEvent(bytes));
    const json = section.at('eventJson').as('the json of an event', eventOfVectorJson);
    for (const test of section.at('cases').list()) {
      const texts = test
        .at('shardingKey')
        .list()
        .map((path) => path.text());
      const expectedHash = test.at('hash').number();
      const partitions = test.at('partitions').number();
      const expectedPartition = test.at('partition').number();
      report.check(`hash/${texts.join(',')} of ${partitions}`, () => {
        const paths = texts.map((text) => HPath.parse(text));
        const key = new ShardingKey(paths);
        expectEqual(key.hash(bytes, 0, bytes.length), expectedHash, 'the hash of the bytes');
        expectEqual(key.partition(bytes, 0, bytes.length, partitions), expectedPartition, 'the partition');
        expectEqual(naiveHash(event, paths), expectedHash, 'the hash of the decoded event');
        expectEqual(naiveHash(json, paths), expectedHash, 'the hash of the json');
      });
    }
  },
};
