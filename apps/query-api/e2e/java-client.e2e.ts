import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { timelineStatements, timelineTable } from '@hercules/cassandra';
import type { Timeline } from '@hercules/metadata';
import { encodeEvent, eventId, tag, timetrapOffset } from '@hercules/protocol';
import { waitUntil } from '@hercules/service/testing';
import { QueryStand } from './support/query-stand.ts';

jest.setTimeout(90_000);

const run = promisify(execFile);
const CLIENT = join(__dirname, 'support', 'ReadClient.java');
/** The Java that Kafka runs on. */
const JAVA =
  [process.env['JAVA_HOME'] ?? '', process.env['ES_JAVA_HOME'] ?? ''].map((home) => join(home, 'bin', 'java')).find(existsSync) ?? 'java';

/** Java clients that were written for the original must work unchanged (apis §11). */
describe('a Java client', () => {
  const stand = new QueryStand();
  const client = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await run(JAVA, [
      '-Xmx64m',
      '-XX:TieredStopAtLevel=1',
      CLIENT,
      `http://127.0.0.1:${stand.port}`,
      stand.apiKey,
      ...args,
    ]);
    return stdout.trim().split('\n').sort();
  };
  const events = Array.from({ length: 120 }, (_, i) =>
    stand.event({ n: tag.integer(i), text: tag.string('ä'.repeat(i)), nested: tag.container({ v: tag.vector('string', ['a', 'b']) }) }),
  );
  const uuids = events.map(({ uuid }) => uuid).sort();

  beforeAll(async () => {
    await stand.open();
  });

  afterAll(() => stand.close());

  it('reads a stream to its end', async () => {
    const stream = await stand.createStream('java');
    await stand.setRule(stream, 'read');
    await stand.send(stream, events);
    await waitUntil('the stream is known', 10_000, async () => (await stand.ask(`/streams/${stream}/events?limit=1`)).status === 200);
    expect(await client('stream', stream)).toEqual(uuids);
  });

  it('reads a timeline', async () => {
    const timeline: Timeline = {
      name: 'java',
      slices: 3,
      shardingKey: [],
      ttl: 3_600_000,
      timetrapSize: 60_000,
      streams: ['s'],
      filters: [],
    };
    const table = timelineTable(stand.keyspace, timeline.name);
    await stand.cassandra.execute(timelineStatements.create(table, timeline.ttl), [], { prepare: false });
    for (const [i, event] of events.entries()) {
      const offset = BigInt(timetrapOffset(event.timestamp, timeline.timetrapSize));
      const row = [i % 3, offset, eventId(event.timestamp, event.uuid), encodeEvent(event)];
      await stand.cassandra.execute(timelineStatements.insert(table), row, { prepare: true });
    }
    await stand.createTimeline(timeline);
    await stand.setRule('java', 'read');
    const [from, to] = [events[0]!.timestamp, events.at(-1)!.timestamp + 1n].map(String) as [string, string];
    const query = `/timeline/read?timeline=java&shardIndex=0&shardCount=1&take=1&from=${from}&to=${to}`;
    await waitUntil(
      'the timeline is known',
      10_000,
      async () => (await stand.ask(query, { method: 'POST', body: Buffer.alloc(4) })).status === 200,
    );
    expect(await client('timeline', 'java', from, to)).toEqual(uuids);
  });
});
