import { type BatchingProducer, Delivery, type RecordBlock } from '@hercules/kafka';
import { compileFilters, type Derivation, type DerivedStream, type EventFilter } from '@hercules/metadata';
import { HerculesError, WeightedNodes } from '@hercules/protocol';
import { BatchRefused, requireEvent, type SinkAdapter, type WriteReport } from '@hercules/sink';
import { CopyBatch } from './copy-batch.ts';
import { RecordPartitioner } from './record-partitioner.ts';

const ALL_WRITTEN: WriteReport = { failures: [], duplicated: 0 };

/** An output's topic as the metadata have it now; its partitions may become more. */
export type FindPartitions = (stream: string) => number | undefined;

/** The records of the sources that pass the filters, into a derived stream or one of a splitter's outputs, with the same key, bytes and time (sinks §7, §8). */
export class DerivationAdapter implements SinkAdapter<CopyBatch> {
  readonly #producer: BatchingProducer;
  readonly #outputs: readonly DerivedStream[];
  readonly #partitioners: readonly RecordPartitioner[];
  readonly #findPartitions: FindPartitions;
  readonly #filter: EventFilter;
  readonly #nodes: WeightedNodes | undefined;

  constructor(producer: BatchingProducer, { outputs, isSplitter }: Derivation, findPartitions: FindPartitions) {
    this.#producer = producer;
    this.#outputs = outputs;
    this.#partitioners = outputs.map((output) => new RecordPartitioner(output));
    this.#findPartitions = findPartitions;
    this.#filter = compileFilters(outputs[0]!.filters);
    this.#nodes = isSplitter ? createNodes(outputs) : undefined;
  }

  async prepare(): Promise<void> {
    for (const { name } of this.#outputs) await this.#producer.prepareTopic(name);
  }

  createBatch(): CopyBatch {
    return new CopyBatch();
  }

  resetBatch(batch: CopyBatch): void {
    batch.reset();
  }

  batchBytes({ bytes }: CopyBatch): number {
    return bytes;
  }

  add(batch: CopyBatch, block: RecordBlock, index: number): boolean {
    requireEvent(block, index);
    const { buffer } = block;
    const start = block.valueStarts[index]!;
    const end = block.valueEnds[index]!;
    if (!this.#filter.accepts(buffer, start, end)) return false;
    const output = this.#nodes === undefined ? 0 : this.#nodes.choose(buffer, start, end);
    batch.push(block, index, output, this.#partitioners[output]!.partition(block, index, this.#partitionsOf(output)));
    return true;
  }

  async write(batch: CopyBatch): Promise<WriteReport> {
    const delivery = new Delivery();
    for (let i = 0; i < batch.size; i++) this.#append(batch, i, delivery);
    delivery.seal();
    try {
      await delivery.promise;
    } catch (error) {
      // Halving finds the one record that is larger than the derived topic allows.
      if (error instanceof HerculesError && error.code === 'PAYLOAD_TOO_LARGE') throw new BatchRefused('record_too_large', error.message);
      throw error;
    }
    return ALL_WRITTEN;
  }

  #append({ blocks, indexes, outputs, partitions }: CopyBatch, i: number, delivery: Delivery): void {
    const { buffer, keyStarts, keyEnds, valueStarts, valueEnds, timestamps } = blocks[i]!;
    const index = indexes[i]!;
    this.#producer.append(
      this.#outputs[outputs[i]!]!.name,
      partitions[i]!,
      buffer,
      keyStarts[index]!,
      keyEnds[index]!,
      buffer,
      valueStarts[index]!,
      valueEnds[index]!,
      timestamps[index]!,
      delivery,
    );
  }

  /** By the sharding key over the partitions of the metadata, as the gateway does; never more than Kafka has. */
  #partitionsOf(output: number): number {
    const { name } = this.#outputs[output]!;
    const inKafka = this.#producer.partitionCount(name);
    return Math.min(inKafka, this.#findPartitions(name) ?? inKafka);
  }
}

function createNodes(outputs: readonly DerivedStream[]): WeightedNodes {
  const { shardingKeys, algorithm } = outputs[0]!.split!;
  const nodes = Object.fromEntries(outputs.map(({ split }) => [split!.node, split!.weight]));
  return new WeightedNodes({ nodes, shardingKeys, algorithm });
}
