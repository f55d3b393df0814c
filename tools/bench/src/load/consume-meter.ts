/** What a consuming process is told to do. */
export interface ConsumeOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  /** Records read before the measurement begins, so that connections are made and the code is compiled. */
  readonly warmUpRecords: number;
  readonly records: number;
}

/** What it reports at the end. */
export interface ConsumeReport {
  readonly records: number;
  readonly bytes: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly residentMegabytes: number;
}

/** Counts records in a consuming process and measures its CPU between the end of the warm-up and the last record. */
export class ConsumeMeter {
  readonly options: ConsumeOptions = JSON.parse(process.argv[2]!) as ConsumeOptions;
  #records = 0;
  #bytes = 0;
  #startedAt: { records: number; bytes: number; cpu: NodeJS.CpuUsage; time: number } | undefined;
  #reported = false;

  count(records: number, bytes: number): void {
    this.#records += records;
    this.#bytes += bytes;
    if (this.#startedAt === undefined) {
      if (this.#records < this.options.warmUpRecords) return;
      this.#startedAt = { records: this.#records, bytes: this.#bytes, cpu: process.cpuUsage(), time: performance.now() };
      return;
    }
    if (this.#reported || this.#records < this.options.warmUpRecords + this.options.records) return;
    this.#reported = true;
    const { user, system } = process.cpuUsage(this.#startedAt.cpu);
    const report: ConsumeReport = {
      records: this.#records - this.#startedAt.records,
      bytes: this.#bytes - this.#startedAt.bytes,
      cpuSeconds: (user + system) / 1e6,
      seconds: (performance.now() - this.#startedAt.time) / 1000,
      residentMegabytes: process.memoryUsage.rss() / 1e6,
    };
    process.send!(report);
  }
}
