import type { BatchingProducer, KafkaAdmin } from '@hercules/kafka';
import type { MetadataLog } from '@hercules/metadata';
import type { AppendTask } from './tasks/task-queue.ts';

/** The metadata topic as its writer sees it. */
export function metadataLog(producer: BatchingProducer, admin: KafkaAdmin, topic: string): MetadataLog {
  return {
    async append(key, value) {
      const { offset } = await producer.sendOne(topic, Buffer.from(key), value, { partition: 0 });
      return offset;
    },
    async endOffset() {
      const [end] = await admin.endOffsets(topic);
      return end ?? 0;
    },
  };
}

/** Appends to the tasks topic, which has one partition. */
export function taskLog(producer: BatchingProducer, topic: string): AppendTask {
  return async (key, value) => {
    await producer.sendOne(topic, Buffer.from(key), value, { partition: 0 });
  };
}
