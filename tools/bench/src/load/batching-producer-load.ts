import { BatchingProducer, Delivery, KafkaCluster, kafkaConfigSchema } from '@hercules/kafka';
import { measureProducing, produceOptions, recordSource } from './produce-meter.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
const options = produceOptions();
const { brokers, topic, partitions, keyBytes, valueBytes, recordsPerDelivery, compression } = options;

const cluster = new KafkaCluster(kafkaConfigSchema.parse({ brokers: [...brokers] }), silent);
await cluster.connect();
const producer = new BatchingProducer(cluster, { compression }, silent);
await producer.start();
await producer.prepareTopic(topic);
const source = recordSource(options);

await measureProducing(options, () => {
  const delivery = new Delivery();
  const nowMs = Date.now();
  for (let i = 0; i < recordsPerDelivery; i++) {
    producer.append(topic, i % partitions, source, i, i + keyBytes, source, i, i + valueBytes, nowMs, delivery);
  }
  delivery.seal();
  return delivery.promise;
});
await producer.close(10_000);
await cluster.close();
process.disconnect();
