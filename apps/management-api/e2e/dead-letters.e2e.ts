import { BatchingProducer, PartitionReader, RecordRange } from '@hercules/kafka';
import { encodeEvent, eventIdBase64, type HerculesEvent, tag, TickClock, uuidToBytes, UuidV1Generator } from '@hercules/protocol';
import { DeadLetters } from '@hercules/sink';
import { quiet, TestTopics } from './kafka-servers.ts';
import { ManagementProcess } from './management-process.ts';

jest.setTimeout(60_000);

interface Listed {
  readonly letters: readonly Readonly<Record<string, unknown> & { id: string; originalId: string; resentAt: string | null }>[];
  readonly unreadable: number;
  readonly next: string;
  readonly complete: boolean;
}

const READER = `reader_${'1'.repeat(32)}`;
const STRANGER = `stranger_${'2'.repeat(32)}`;

describe('dead letters', () => {
  const topics = new TestTopics();
  const dead = topics.stream('dead');
  const resendings = topics.stream('resendings');
  const source = topics.stream('source');
  const other = topics.stream('other');
  const producer = new BatchingProducer(topics.cluster, {}, quiet);
  const reader = new PartitionReader(topics.cluster, { connections: 1 });
  const box = new DeadLetters(
    producer,
    topics.admin,
    { stream: dead, sink: 'test-sink', groupId: 'test-group', replicationFactor: 1 },
    quiet,
  );
  const clock = new TickClock();
  const uuids = new UuidV1Generator();
  let first: ManagementProcess;
  let second: ManagementProcess;

  const event = (text: string): HerculesEvent => ({
    version: 1,
    timestamp: clock.now(),
    uuid: uuids.next(),
    payload: new Map([['message', tag.string(text)]]),
  });
  const recordsOf = async (stream: string): Promise<{ key: string; id: string; partition: number }[]> => {
    const range = await RecordRange.between(reader, stream, 2);
    const records: { key: string; id: string; partition: number }[] = [];
    await range.read(
      ({ buffer, partition, keyStarts, keyEnds, valueStarts }, i) => {
        records.push({ key: buffer.toString('hex', keyStarts[i], keyEnds[i]), id: eventIdBase64(buffer, valueStarts[i]), partition });
        return true;
      },
      () => Promise.resolve(),
      AbortSignal.timeout(10_000),
    );
    return records;
  };
  /** Writes events to a stream and buries their records, as a sink does. */
  const bury = async (stream: string, partition: number, reason: string, ...texts: string[]): Promise<void> => {
    await producer.prepareTopic(stream);
    const places = [];
    for (const text of texts) {
      const written = event(text);
      places.push(await producer.sendOne(stream, uuidToBytes(written.uuid), encodeEvent(written), { partition }));
    }
    const fetched = await reader.fetch(stream, [{ partition, offset: places[0]!.offset }], {
      maxWaitMs: 1000,
      minBytes: 1,
      maxBytes: 1_000_000,
      maxBytesPerPartition: 1_000_000,
    });
    const letters = fetched.flatMap(({ blocks }) =>
      blocks.flatMap((block) => Array.from({ length: block.count }, (_, index) => ({ block, index, reason, error: `cannot: ${reason}` }))),
    );
    expect(letters).toHaveLength(texts.length);
    await box.send(letters);
  };
  const list = async (query = '', api = first): Promise<Listed> => (await api.json(`/deadletters?stream=${dead}${query}`)) as Listed;
  const resend = async (query: string, api = first, key?: string): Promise<{ sent: number; failed: { id: string; reason: string }[] }> => {
    const { status, text } = await api.call('POST', `/deadletters/resend?stream=${dead}&${query}`, key === undefined ? {} : { key });
    if (status !== 200) throw new Error(`${status} ${text}`);
    return JSON.parse(text) as { sent: number; failed: { id: string; reason: string }[] };
  };

  beforeAll(async () => {
    await topics.connect();
    await producer.start();
    for (const topic of [source, other]) await topics.admin.createTopic({ topic, partitions: 2, replicationFactor: 1, configs: {} });
    const env = { HERCULES_DEAD_LETTERS_STREAM: dead, HERCULES_DEAD_LETTERS_RESENDINGS_TOPIC: resendings };
    [first, second] = await Promise.all([ManagementProcess.start(topics, env), ManagementProcess.start(topics, env)]);
    expect(await first.json('/deadletters')).toEqual({ letters: [], unreadable: 0, next: null, complete: true });
    await bury(source, 1, 'undecodable', 'one', 'two');
    await bury(other, 0, 'mapper_parsing_exception', 'three');
    expect(await first.post(`/rules/set?key=${READER}&pattern=${dead}&rights=r--`)).toBe(200);
    expect(await first.post(`/rules/set?key=${READER}&pattern=${source}&rights=-w-`)).toBe(200);
    expect(await first.post(`/rules/set?key=${STRANGER}&pattern=${source}&rights=rwm`)).toBe(200);
  });

  afterAll(async () => {
    await Promise.all([first.end(), second.end()]);
    await reader.close();
    await producer.close(5000);
    await topics.removeAll();
  });

  it('are listed, by what they have in common, and page by page', async () => {
    const { letters, complete } = await list();
    expect(complete).toBe(true);
    expect(
      letters.map(({ sourceTopic, sourcePartition, reason, sink, resentAt }) => [sourceTopic, sourcePartition, reason, sink, resentAt]),
    ).toEqual([
      [source, 1, 'undecodable', 'test-sink', null],
      [source, 1, 'undecodable', 'test-sink', null],
      [other, 0, 'mapper_parsing_exception', 'test-sink', null],
    ]);
    expect((await list(`&source=${other}`)).letters).toHaveLength(1);
    expect((await list('&reason=undecodable')).letters).toHaveLength(2);
    expect((await list('&sink=another')).letters).toHaveLength(0);
    expect((await list(`&from=${Date.now() + 60_000}`)).letters).toHaveLength(0);
    const page = await list('&limit=2');
    expect(page).toMatchObject({ letters: letters.slice(0, 2), complete: false });
    expect(await list(`&limit=2&cursor=${page.next}`)).toMatchObject({ letters: letters.slice(2), complete: true });
  });

  it('are counted by sink, source and reason', async () => {
    expect(await first.json(`/deadletters/counts?stream=${dead}`)).toEqual({
      total: 3,
      unreadable: 0,
      groups: [
        { sink: 'test-sink', source, reason: 'undecodable', letters: 2 },
        { sink: 'test-sink', source: other, reason: 'mapper_parsing_exception', letters: 1 },
      ],
    });
  });

  it('are shown with the event they hold', async () => {
    const [letter] = (await list()).letters;
    expect(await first.json(`/deadletters/show?stream=${dead}&id=${letter!.id.slice(0, 13)}`)).toMatchObject({
      ...letter,
      error: 'cannot: undecodable',
      original: { message: 'one' },
    });
    expect(await first.call('GET', `/deadletters/show?stream=${dead}&id=ffffffff`)).toMatchObject({ status: 404 });
    expect(await first.call('GET', `/deadletters/show?stream=${dead}&id=xyz!`)).toMatchObject({
      status: 400,
      text: expect.stringContaining('expected the id of a letter') as string,
    });
  });

  it('are sent again by one of two instances that are asked at once, and by none after that', async () => {
    const [letter] = (await list()).letters;
    const reports = await Promise.all([resend(`id=${letter!.id}`), resend(`id=${letter!.id}`, second)]);
    expect(reports.map(({ sent }) => sent).sort()).toEqual([0, 1]);
    const again = await resend(`id=${letter!.id}`, second);
    expect(again).toMatchObject({ sent: 0, failed: [{ id: letter!.id, reason: expect.stringContaining('sent again already') as string }] });
    const records = await recordsOf(source);
    const copies = records.filter(({ id }) => id === letter!.originalId);
    expect(records).toHaveLength(3);
    expect(copies).toHaveLength(2);
    expect(new Set(copies.map(({ key }) => key)).size).toBe(1);
    expect(copies.map(({ partition }) => partition)).toEqual([1, 1]);
    expect((await list('', second)).letters[0]!.resentAt).not.toBeNull();
  });

  it('are sent again as rights allow, and all that are selected', async () => {
    expect((await first.call('GET', `/deadletters?stream=${dead}`, { key: STRANGER })).status).toBe(403);
    const report = await resend('all', first, READER);
    const letters = (await list()).letters;
    expect(report.sent).toBe(1);
    expect(report.failed).toEqual(
      expect.arrayContaining([
        { id: letters[0]!.id, reason: expect.stringContaining('sent again already') as string },
        { id: letters[2]!.id, reason: `The key has no write right on '${other}'` },
      ]),
    );
    expect(await resend(`all&source=${other}`)).toMatchObject({ sent: 1, failed: [] });
    expect(await recordsOf(other)).toHaveLength(2);
    expect((await first.call('POST', `/deadletters/resend?stream=${dead}`)).status).toBe(400);
  });

  it('never reach a topic of our own, whatever a letter says', async () => {
    await bury(topics.metadata, 0, 'forged', 'nonsense');
    const report = await resend('all&reason=forged');
    expect(report).toMatchObject({ sent: 0, failed: [{ reason: expect.stringContaining('no stream') as string }] });
  });

  it('get their topic again when somebody has deleted it under a sink that runs', async () => {
    await topics.admin.deleteTopic(dead);
    const isTaken = (): Promise<boolean> =>
      bury(other, 0, 'afterwards', 'four').then(
        () => true,
        () => false,
      );
    // As the loop of a sink does: again until they are taken.
    let attempts = 1;
    while (attempts < 4 && !(await isTaken())) attempts++;
    expect(attempts).toBeLessThan(4);
    expect((await list('&reason=afterwards')).letters).toHaveLength(1);
  });
});
