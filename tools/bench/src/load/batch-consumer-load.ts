import { BatchConsumer, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { ConsumeMeter } from './consume-meter.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const meter = new ConsumeMeter();
const { brokers, topic, groupId } = meter.options;

const consumer = new BatchConsumer(
  new KafkaCluster(kafkaConfigSchema.parse({ brokers }), silent),
  { groupId, topics: [topic] },
  {
    onBlock(block) {
      let bytes = 0;
      for (let i = 0; i < block.count; i++) bytes += block.valueEnds[i]! - block.valueStarts[i]!;
      meter.count(block.count, bytes);
      consumer.release(block);
    },
    onRevoked: () => Promise.resolve(),
  },
  silent,
);
await consumer.start();
