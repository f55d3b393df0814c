import { BROKER_ERROR } from './broker-error-codes.ts';
import { FakeCluster, silentLogger } from './fake-cluster.ts';
import { GroupCoordinator } from './group-coordinator.ts';
import { OFFSET_COMMIT_API, OFFSET_FETCH_API } from './group-requests.ts';
import { CommitRefused, OffsetCommitter } from './offset-committer.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const MEMBER = { memberId: 'me', generation: 4 };
const A0 = { topic: 'a', partition: 0, offset: 10 };
const A1 = { topic: 'a', partition: 1, offset: 20 };
const B0 = { topic: 'b', partition: 0, offset: 30 };

/** Answers commits by `codes[topic + partition]`, one code each; 0 when there is none. */
function setUp(codes: Record<string, number[]>) {
  const cluster = new FakeCluster();
  const seen: string[][] = [];
  cluster.handlers.set(OFFSET_COMMIT_API.apiKey, (body) => {
    const reader = new WireReader(body);
    expect([reader.string(), reader.int32(), reader.string()]).toEqual(['g', 4, 'me']);
    const topics = reader.array((r) => ({
      topic: r.string(),
      partitions: r.array((p) => {
        const partition = p.int32();
        const offset = p.int64();
        p.int32();
        p.string();
        return { partition, offset };
      }),
    }));
    seen.push(topics.flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }) => `${topic}${partition}@${offset}`)));
    return new WireWriter()
      .int32(0)
      .array(topics, (writer, { topic, partitions }) =>
        writer.string(topic).array(partitions, (out, { partition }) => out.int32(partition).int16(codes[topic + partition]?.shift() ?? 0)),
      )
      .bytes();
  });
  return { cluster, seen, committer: new OffsetCommitter(new GroupCoordinator(cluster, 'g'), silentLogger) };
}

describe('OffsetCommitter', () => {
  it('commits all partitions in one request', async () => {
    const { committer, seen } = setUp({});
    expect(await committer.commit(MEMBER, [A0, B0, A1], 1000)).toEqual({ committed: [A0, A1, B0], unknown: [] });
    expect(seen).toEqual([['a0@10', 'a1@20', 'b0@30']]);
  });

  it('repeats only what was not taken', async () => {
    const { committer, seen } = setUp({ a1: [BROKER_ERROR.COORDINATOR_LOAD_IN_PROGRESS, BROKER_ERROR.NOT_COORDINATOR] });
    await committer.commit(MEMBER, [A0, A1], 1000);
    expect(seen).toEqual([['a0@10', 'a1@20'], ['a1@20'], ['a1@20']]);
  });

  it('outlasts a coordinator that does not answer', async () => {
    const { committer, cluster, seen } = setUp({});
    cluster.down.add(1);
    const commit = committer.commit(MEMBER, [A0], 2000);
    setTimeout(() => (cluster.coordinator = 2), 60);
    await commit;
    expect(seen).toHaveLength(1);
  });

  it('gives up after the deadline', async () => {
    const { committer, cluster } = setUp({});
    cluster.down.add(1);
    await expect(committer.commit(MEMBER, [A0], 100)).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
  });

  it('says when the generation is over', async () => {
    const { committer } = setUp({ a0: [BROKER_ERROR.ILLEGAL_GENERATION] });
    const refusal = committer.commit(MEMBER, [A0], 1000);
    await expect(refusal).rejects.toThrow(CommitRefused);
    await expect(refusal).rejects.toMatchObject({ brokerCode: BROKER_ERROR.ILLEGAL_GENERATION, retryable: true });
  });

  it('counts a topic as deleted only when it stays unknown', async () => {
    const unknown = BROKER_ERROR.UNKNOWN_TOPIC_OR_PARTITION;
    const brief = setUp({ b0: [unknown] });
    expect(await brief.committer.commit(MEMBER, [A0, B0], 2000)).toEqual({ committed: [A0, B0], unknown: [] });
    const lasting = setUp({ b0: [unknown, unknown, unknown, unknown] });
    expect(await lasting.committer.commit(MEMBER, [A0, B0], 2000)).toEqual({ committed: [A0], unknown: [B0] });
  });

  it('reads committed offsets', async () => {
    const { committer, cluster } = setUp({});
    let code = 0;
    cluster.handlers.set(OFFSET_FETCH_API.apiKey, () =>
      new WireWriter()
        .int32(0)
        .array([42, -1], (writer, offset) =>
          writer
            .string('a')
            .int32(1)
            .int32(offset === 42 ? 0 : 1)
            .int64(offset)
            .int32(-1)
            .nullableString(null)
            .int16(0),
        )
        .int16(code)
        .bytes(),
    );
    expect((await committer.committed([A0, A1])).map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 42],
      [1, -1],
    ]);
    expect(await committer.committed([])).toEqual([]);
    code = BROKER_ERROR.COORDINATOR_LOAD_IN_PROGRESS;
    await expect(committer.committed([A0])).rejects.toMatchObject({ retryable: true });
  });
});
