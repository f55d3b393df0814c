import { logicalShard } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import type { Section } from '../section.ts';

/** `logicalSharding`: the partitions of one of several readers (apis §5). */
export const logicalSharding: Section = {
  key: 'logicalSharding',
  run(section, _events, report) {
    for (const test of section.list()) {
      const partitions = test.at('totalPartitions').number();
      const index = test.at('shardIndex').number();
      const count = test.at('shardCount').number();
      const expected = test
        .at('partitions')
        .list()
        .map((partition) => partition.number());
      report.check(`logicalSharding/${index} of ${count} over ${partitions}`, () => {
        expectEqual(logicalShard(partitions, index, count), expected, 'the partitions');
      });
    }
  },
};
