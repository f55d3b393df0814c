// eslint-disable-next-line no-restricted-imports -- what libs/kafka is compared with
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { measureProducing, produceOptions, recordSource } from './produce-meter.ts';

const options = produceOptions();
const { brokers, topic, partitions, keyBytes, valueBytes, recordsPerDelivery } = options;

const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.ERROR }).producer({
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();
const source = recordSource(options);

await measureProducing(options, () => {
  const messages = [];
  for (let i = 0; i < recordsPerDelivery; i++) {
    messages.push({ partition: i % partitions, key: source.subarray(i, i + keyBytes), value: source.subarray(i, i + valueBytes) });
  }
  return producer.send({ topic, acks: -1, messages });
});
await producer.disconnect();
process.disconnect();
