import type { BatchingProducer, KafkaCluster } from '@hercules/kafka';
import { sinkConfigSchema } from '@hercules/sink';
import { CountingAdapter } from './counting-adapter.ts';
import { jobOf } from './job-fixture.ts';
import { SinkReplays } from './sink-replays.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const suffixes: (string | undefined)[] = [];
const replays = new SinkReplays({
  applicationId: 'elastic-sink',
  name: 'elastic-sink',
  cluster: {} as KafkaCluster,
  producer: {} as BatchingProducer,
  sink: sinkConfigSchema.parse({ patterns: ['logs_*', 'logs'], exclusions: ['logs_secret'] }),
  replays: { progressIntervalMs: 1000 },
  createAdapter: (suffix) => {
    suffixes.push(suffix);
    return new CountingAdapter();
  },
});

describe('SinkReplays', () => {
  it('takes the replays that name the sink, and no dry runs', () => {
    expect(replays.accepts(jobOf())).toBe(true);
    expect(replays.accepts(jobOf({ dryRun: true }))).toBe(false);
    expect(replays.accepts(jobOf({ target: { type: 'sink', sink: 'graphite-sink' } }))).toBe(false);
    expect(replays.accepts(jobOf({ target: { type: 'stream', stream: 'elastic-sink' } }))).toBe(false);
  });

  it('makes an adapter of its own for each, with the suffix', () => {
    replays.open(jobOf({ target: { type: 'sink', sink: 'elastic-sink', suffix: 'again' } }), silent);
    replays.open(jobOf(), silent);
    expect(suffixes).toEqual(['again', undefined]);
  });

  it.each(['metrics_shop', 'logs_secret'])('refuses %s, which the sink does not read', (stream) => {
    expect(() => replays.open(jobOf({ stream }), silent)).toThrow(
      `the sink elastic-sink is for streams named logs_*, logs except logs_secret, not for ${stream}`,
    );
  });
});
