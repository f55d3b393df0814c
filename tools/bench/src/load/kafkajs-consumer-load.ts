// eslint-disable-next-line no-restricted-imports -- what libs/kafka is compared with
import { Kafka, logLevel } from 'kafkajs';
import { ConsumeMeter } from './consume-meter.ts';

const meter = new ConsumeMeter();
const { brokers, topic, groupId } = meter.options;

const consumer = new Kafka({ brokers: [...brokers], logLevel: logLevel.ERROR }).consumer({ groupId });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: ({ batch }) => {
    let bytes = 0;
    for (const { value } of batch.messages) bytes += value?.length ?? 0;
    meter.count(batch.messages.length, bytes);
    return Promise.resolve();
  },
});
