import { HerculesError } from '@hercules/protocol';
import { type AggregateCodec, QuantileSketch } from '@hercules/streaming';

/** What one replica of a service did in a window. */
export interface ReplicaStats {
  count: number;
  errors: number;
  /** Durations of what succeeded, in µs: a replica that fails at once is not a fast one. */
  readonly latencies: QuantileSketch;
}

export function newReplicaStats(): ReplicaStats {
  return { count: 0, errors: 0, latencies: new QuantileSketch() };
}

/** What is counted of the spans of a series in a window. */
export class SpanAggregate {
  count = 0;
  errors = 0;
  /** Spans that came when the time of their partition had passed the window's end, by the places of the lengths of windows; undefined = none. */
  late: number[] | undefined;
  /** Of all durations, in µs. */
  sumUs = 0;
  /** Durations in µs; not for replicas. */
  sketch: QuantileSketch | undefined;
  /** Of a service, by replica. */
  replicas: Map<string, ReplicaStats> | undefined;

  addSpan(durationUs: number, isFailed: boolean): void {
    this.count++;
    if (isFailed) this.errors++;
    this.sumUs += durationUs;
    (this.sketch ??= new QuantileSketch()).add(durationUs);
  }

  addReplicaSpan(replica: string, durationUs: number, isFailed: boolean): void {
    this.count++;
    this.replicas ??= new Map();
    let stats = this.replicas.get(replica);
    if (stats === undefined) this.replicas.set(replica, (stats = newReplicaStats()));
    stats.count++;
    if (isFailed) stats.errors++;
    else stats.latencies.add(durationUs);
  }

  /** The span that was added last was late for the windows of this length. */
  addLate(period: number): void {
    this.late ??= [];
    while (this.late.length <= period) this.late.push(0);
    this.late[period]!++;
  }

  /** Time that one trace spent here on its critical path. */
  addSelfTime(selfUs: number): void {
    this.count++;
    this.sumUs += selfUs;
  }

  merge({ count, errors, late, sumUs, sketch, replicas }: SpanAggregate): void {
    this.count += count;
    this.errors += errors;
    for (let period = 0; late !== undefined && period < late.length; period++) {
      this.late ??= [];
      this.late[period] = (this.late[period] ?? 0) + late[period]!;
    }
    this.sumUs += sumUs;
    if (sketch !== undefined) (this.sketch ??= new QuantileSketch()).merge(sketch);
    if (replicas === undefined) return;
    this.replicas ??= new Map();
    for (const [replica, part] of replicas) {
      let stats = this.replicas.get(replica);
      if (stats === undefined) this.replicas.set(replica, (stats = newReplicaStats()));
      stats.count += part.count;
      stats.errors += part.errors;
      stats.latencies.merge(part.latencies);
    }
  }
}

const NUMBERS = ['count', 'errors', 'sumUs'] as const;
const NUMBERS_BYTES = NUMBERS.length * 8;
/** With the number of those after it, and the kind. */
const FIXED_BYTES = NUMBERS_BYTES + 2;
const [PLAIN, SKETCH, REPLICAS] = [0, 1, 2];

/**
 * Three doubles; a byte and so many doubles of late spans; a byte that says what follows, and that: nothing, a sketch, or the replicas as JSON `[[name, count, errors, sketch in base64], …]`.
 */
export const spanAggregateCodec: AggregateCodec<SpanAggregate> = {
  create: () => new SpanAggregate(),
  encode(aggregate) {
    const { sketch, replicas, late = [] } = aggregate;
    let kind = PLAIN!;
    let rest: Buffer | undefined;
    if (sketch !== undefined) [kind, rest] = [SKETCH!, sketch.encode()];
    else if (replicas !== undefined) {
      const list = Array.from(replicas, ([name, { count, errors, latencies }]) => [
        name,
        count,
        errors,
        latencies.encode().toString('base64'),
      ]);
      [kind, rest] = [REPLICAS!, Buffer.from(JSON.stringify(list))];
    }
    const fixed = FIXED_BYTES + late.length * 8;
    const bytes = Buffer.allocUnsafe(fixed + (rest?.length ?? 0));
    NUMBERS.forEach((field, i) => bytes.writeDoubleBE(aggregate[field], i * 8));
    bytes[NUMBERS_BYTES] = late.length;
    late.forEach((count, i) => bytes.writeDoubleBE(count, NUMBERS_BYTES + 1 + i * 8));
    bytes[fixed - 1] = kind;
    rest?.copy(bytes, fixed);
    return bytes;
  },
  decode(bytes, start, end) {
    if (end - start < FIXED_BYTES) throw wrong(`at least ${FIXED_BYTES} bytes, got ${end - start}`);
    const periods = bytes[start + NUMBERS_BYTES]!;
    const rest = start + FIXED_BYTES + periods * 8;
    if (end < rest) throw wrong(`${rest - start} bytes with the late spans of ${periods} lengths, got ${end - start}`);
    const aggregate = new SpanAggregate();
    NUMBERS.forEach((field, i) => (aggregate[field] = bytes.readDoubleBE(start + i * 8)));
    if (periods > 0) aggregate.late = Array.from({ length: periods }, (_, i) => bytes.readDoubleBE(start + NUMBERS_BYTES + 1 + i * 8));
    const kind = bytes[rest - 1];
    if (kind === SKETCH) aggregate.sketch = QuantileSketch.decode(bytes, rest, end);
    else if (kind === REPLICAS) aggregate.replicas = readReplicas(bytes.toString('utf8', rest, end));
    else if (kind !== PLAIN) throw wrong(`a kind of 0 to 2, got ${kind}`);
    return aggregate;
  },
  merge: (into, part) => into.merge(part),
};

function readReplicas(text: string): Map<string, ReplicaStats> {
  try {
    const list = JSON.parse(text) as [string, number, number, string][];
    return new Map(
      list.map(([name, count, errors, sketch]) => [
        name,
        { count, errors, latencies: QuantileSketch.decode(Buffer.from(sketch, 'base64')) },
      ]),
    );
  } catch (error) {
    throw wrong(`a list of replicas (${(error as Error).message})`);
  }
}

function wrong(expected: string): HerculesError {
  return new HerculesError('INVALID_ARGUMENT', `part of an aggregate of spans: expected ${expected}`);
}
