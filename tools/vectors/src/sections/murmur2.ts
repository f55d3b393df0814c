import { kafkaPartition, murmur2, uuidToBytes } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import type { Section } from '../section.ts';

/** `kafkaDefaultPartitioner`: Kafka's own choice of a partition by the uuid (model §5.2). */
export const kafkaDefaultPartitioner: Section = {
  key: 'kafkaDefaultPartitioner',
  run(section, _events, report) {
    for (const test of section.list()) {
      const uuid = test.at('uuid').text();
      const key = test.at('keyHex').hex();
      const partitions = test.at('partitions').number();
      const expectedHash = test.at('murmur2').number();
      const expectedPartition = test.at('partition').number();
      report.check(`murmur2/${uuid} of ${partitions}`, () => {
        expectEqual(uuidToBytes(uuid), key, 'the key');
        // The file may hold the hash as a signed number, as Java prints it.
        expectEqual(murmur2(key), expectedHash >>> 0, 'the hash');
        expectEqual(kafkaPartition(key, 0, key.length, partitions), expectedPartition, 'the partition');
      });
    }
  },
};
