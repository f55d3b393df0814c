import { spawnApp, type SpawnedApp, waitFor } from '@hercules/testing';

export interface ProcessorPairOptions {
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gauge with a sample for each partition that an instance has. */
  readonly partitionGauge: string;
  /** Partitions that the two have together, over all their consumer groups. */
  readonly partitions: number;
}

const REPORTED = /^hercules_(streaming|sink|kafka_consumer)_/;
const MOST_REPORTED_OUTPUT = 4000;

/** Two instances of a processor that share its input. */
export class ProcessorPair {
  readonly #options: ProcessorPairOptions;
  readonly #instances: SpawnedApp[] = [];

  constructor(options: ProcessorPairOptions) {
    this.#options = options;
  }

  /** Starts so many more instances and waits until all that run share the partitions. */
  async start(instances = 1): Promise<void> {
    const { entry, env } = this.#options;
    await Promise.all(
      Array.from({ length: instances }, async () => {
        this.#instances.push(await spawnApp(entry, env, { readyTimeoutMs: 60_000 }));
      }),
    );
    await this.isSharedOut();
  }

  /** SIGKILL of the instance that was started first. The other is alone then. */
  async killFirst(): Promise<void> {
    await this.#instances.shift()!.kill();
  }

  /** SIGTERM of the instance that was started first. @returns its exit code */
  async stopFirst(): Promise<number | NodeJS.Signals> {
    return this.#instances.shift()!.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#instances.splice(0).map((instance) => instance.stop()));
  }

  /** Waits until every partition belongs to an instance that runs, and each of them has some. */
  async isSharedOut(): Promise<void> {
    const { entry, partitions } = this.#options;
    const isShared = async (): Promise<boolean> => {
      const counts = await Promise.all(this.#instances.map((instance) => this.#partitionsOf(instance)));
      return counts.every((count) => count > 0) && counts.reduce((sum, count) => sum + count, 0) === partitions;
    };
    await waitFor(isShared, 60_000, `the instances of ${entry} share ${partitions} partitions`).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${await this.report()}`, { cause: error });
    });
  }

  /** How the instances that run are, for whoever has to find out why something is not as expected. */
  async report(): Promise<string> {
    const reports = this.#instances.map(async ({ url, output }) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const metrics = text.split('\n').filter((line) => REPORTED.test(line) && !line.endsWith(' 0'));
      return [this.#options.entry, ...metrics, output().slice(-MOST_REPORTED_OUTPUT)].join('\n');
    });
    return (await Promise.all(reports)).join('\n\n');
  }

  async #partitionsOf({ url }: SpawnedApp): Promise<number> {
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith(`${this.#options.partitionGauge}{`)).length;
  }
}
