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
  /** Spans that came after the window's result had left. */
  late = 0;
  /** Of all durations, in µs. */
  sumUs = 0;
  /** Durations in µs; not for replicas. */
  sketch: QuantileSketch | undefined;
  /** Of a service, by replica. */
  replicas: Map<string, ReplicaStats> | undefined;

  addSpan(durationUs: number, isFailed: boolean, isLate: boolean): void {
    this.count++;
    if (isFailed) this.errors++;
    if (isLate) this.late++;
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

  /** Time that one trace spent here on its critical path. */
  addSelfTime(selfUs: number): void {
    this.count++;
    this.sumUs += selfUs;
  }

  merge({ count, errors, late, sumUs, sketch, replicas }: SpanAggregate): void {
    this.count += count;
    this.errors += errors;
    this.late += late;
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

const NUMBERS = ['count', 'errors', 'late', 'sumUs'] as const;
const FIXED_BYTES = NUMBERS.length * 8 + 1;
const [PLAIN, SKETCH, REPLICAS] = [0, 1, 2];

/** Four doubles, a byte that says what follows, and that: nothing, a sketch, or the replicas as JSON `[[name, count, errors, sketch in base64], …]`. */
export const spanAggregateCodec: AggregateCodec<SpanAggregate> = {
  create: () => new SpanAggregate(),
  encode(aggregate) {
    const { sketch, replicas } = aggregate;
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
    const bytes = Buffer.allocUnsafe(FIXED_BYTES + (rest?.length ?? 0));
    NUMBERS.forEach((field, i) => bytes.writeDoubleBE(aggregate[field], i * 8));
    bytes[FIXED_BYTES - 1] = kind;
    rest?.copy(bytes, FIXED_BYTES);
    return bytes;
  },
  decode(bytes, start, end) {
    if (end - start < FIXED_BYTES) throw wrong(`at least ${FIXED_BYTES} bytes, got ${end - start}`);
    const aggregate = new SpanAggregate();
    NUMBERS.forEach((field, i) => (aggregate[field] = bytes.readDoubleBE(start + i * 8)));
    const kind = bytes[start + FIXED_BYTES - 1];
    if (kind === SKETCH) aggregate.sketch = QuantileSketch.decode(bytes, start + FIXED_BYTES, end);
    else if (kind === REPLICAS) aggregate.replicas = readReplicas(bytes.toString('utf8', start + FIXED_BYTES, end));
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
