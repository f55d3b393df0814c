/** What a producing process is told to do. */
export interface ProduceOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly recordsPerDelivery: number;
  /** Deliveries that wait for their acknowledgement at the same time. */
  readonly deliveriesUnderWay: number;
  readonly compression: 'none' | 'lz4' | 'zstd';
  /** Records written before the measurement begins, so that connections are made and the code is compiled. */
  readonly warmUpRecords: number;
  readonly records: number;
}

/** What it reports at the end. */
export interface ProduceReport {
  readonly records: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly residentMegabytes: number;
}

/** Bytes to cut keys and values from: some of them random, some the same again and again, as in logs. */
export function recordSource({ recordsPerDelivery, valueBytes }: ProduceOptions): Buffer {
  const source = Buffer.alloc(recordsPerDelivery + valueBytes, 'delivered to the warehouse in 12 ms; ');
  for (let i = 0, random = 1; i < source.length; i += 3) {
    random = (random * 48_271) % 0x7fff_ffff;
    source[i] = random & 0xff;
  }
  return source;
}

/**
 * Runs in a process of its own, with the options as its argument: sends so many deliveries at a time, reports to the parent and goes on to the end.
 * @param deliver sends records and resolves when Kafka has acknowledged all of them
 */
export async function measureProducing(options: ProduceOptions, deliver: (round: number) => Promise<unknown>): Promise<void> {
  const { recordsPerDelivery, deliveriesUnderWay, warmUpRecords, records } = options;
  let round = 0;
  const sendUntil = async (end: number): Promise<void> => {
    const lane = async (): Promise<void> => {
      while (round < end) await deliver(round++);
    };
    await Promise.all(Array.from({ length: deliveriesUnderWay }, lane));
  };
  const warmUpRounds = Math.ceil(warmUpRecords / recordsPerDelivery);
  await sendUntil(warmUpRounds);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const rounds = Math.ceil(records / recordsPerDelivery);
  await sendUntil(warmUpRounds + rounds);
  const { user, system } = process.cpuUsage(cpu);
  const report: ProduceReport = {
    records: rounds * recordsPerDelivery,
    cpuSeconds: (user + system) / 1e6,
    seconds: (performance.now() - startedAt) / 1000,
    residentMegabytes: process.memoryUsage.rss() / 1e6,
  };
  process.send!(report);
}

/** The options that the parent gave. */
export function produceOptions(): ProduceOptions {
  return JSON.parse(process.argv[2]!) as ProduceOptions;
}
