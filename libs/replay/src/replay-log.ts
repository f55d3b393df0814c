import type { BatchingProducer } from '@hercules/kafka';
import { stringifyJson } from '@hercules/metadata';
import type { ReplayJob } from './replay-job.ts';
import { executorKey, jobKey, progressKey } from './replay-keys.ts';
import type { ReplayProgress } from './replay-progress.ts';

/** Writes to the topic of replays. Every method resolves with the record's offset once Kafka has it on all in-sync replicas. */
export class ReplayLog {
  readonly #producer: Pick<BatchingProducer, 'prepareTopic' | 'sendOne'>;
  readonly #topic: string;

  constructor(producer: Pick<BatchingProducer, 'prepareTopic' | 'sendOne'>, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  putJob(job: ReplayJob): Promise<number> {
    return this.#put(jobKey(job.id), Buffer.from(stringifyJson(job)));
  }

  putProgress(id: string, progress: ReplayProgress): Promise<number> {
    return this.#put(progressKey(id), Buffer.from(stringifyJson(progress)));
  }

  /** Claims to execute the replays of a name; the offset is the term of whatever is done under the claim. */
  putClaim(name: string, instance: string): Promise<number> {
    return this.#put(executorKey(name), Buffer.from(stringifyJson({ instance, at: Date.now() })));
  }

  /** Takes a replay and its progress away: the replay first, because one without a progress would look as if it had still to begin. */
  async remove(id: string): Promise<number> {
    await this.#put(jobKey(id), null);
    return this.#put(progressKey(id), null);
  }

  async #put(key: string, value: Buffer | null): Promise<number> {
    await this.#producer.prepareTopic(this.#topic);
    const { offset } = await this.#producer.sendOne(this.#topic, Buffer.from(key), value, { partition: 0 });
    return offset;
  }
}
