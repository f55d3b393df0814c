import { HASH_ALGORITHMS, type HashAlgorithm, hashFunction, readEvent, WeightedNodes } from '@hercules/protocol';
import { expectEqual } from '../report.ts';
import { type Section, withEvent } from '../section.ts';
import type { Shape } from '../shape.ts';

/** `splitter`: the hash of "abc" by each algorithm, and the node that an event goes to (sinks §8). */
export const splitter: Section = {
  key: 'splitter',
  run(section, events, report) {
    const abc = Buffer.from('abc');
    const hashes = section.at('hashOfAbc');
    for (const name of Object.keys(hashes.record())) {
      const expected = hashes.at(name).number();
      const algorithm = algorithmOf(name, hashes.at(name));
      report.check(`splitter/${name} of abc`, () => expectEqual(hashFunction(algorithm)(abc, 0, abc.length), expected, 'the hash'));
    }
    for (const test of section.at('cases').list()) {
      const algorithm = algorithmOf(test.at('algorithm').text(), test.at('algorithm'));
      const shardingKeys = test
        .at('shardingKeys')
        .list()
        .map((key) => key.text());
      const weights = test.at('nodeWeights');
      const nodes = Object.fromEntries(Object.keys(weights.record()).map((node) => [node, weights.at(node).number()]));
      const expected = test.at('node').text();
      const name = `splitter/${algorithm} of ${shardingKeys.join(',')} in ${test.at('event').text()} over ${Object.keys(nodes).length} nodes`;
      const isHashed = readTags(events.find(test.at('event'))).some((tag) => shardingKeys.includes(tag));
      if (isHashed && !events.holds(test.at('event'))) {
        report.skip(name, `the file does not hold the event ${JSON.stringify(test.at('event').text())}, whose tags decide`);
        continue;
      }
      withEvent(name, test.at('event'), events, report, (bytes) => {
        const chooser = new WeightedNodes({ nodes, shardingKeys, algorithm });
        expectEqual(chooser.names[chooser.choose(bytes, 0, bytes.length)], expected, 'the node');
      });
    }
  },
};

function readTags(bytes: Buffer | undefined): string[] {
  return bytes === undefined ? [] : [...readEvent(bytes).event.payload.keys()];
}

/** The original has xxHash by five names for its implementations in Java, which agree. */
function algorithmOf(name: string, place: Shape): HashAlgorithm {
  const plain = name.startsWith('xxhash32') ? 'xxhash32' : name;
  return place.as('the name of a hash', () => {
    const found = HASH_ALGORITHMS.find((algorithm) => algorithm === plain);
    if (found === undefined) throw new Error(`${name} is not known`);
    return found;
  });
}
