import { encodeEvent, HPath, kafkaPartition, naiveHash, tag, uuidToBytes, type HerculesEvent } from '@hercules/protocol';
import { batchOf, newBatch, newEvent } from './support/events.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { send, type HttpAnswer } from './support/http-client.ts';
import { newApiKey, TestKafka } from './support/test-kafka.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(60_000);

const kafka = new TestKafka();
const writer = newApiKey('writer');
let gateway: GatewayProcess;
let plain: string;
let sharded: string;
let atomic: string;
let validated: string;
let late: string;

beforeAll(async () => {
  await kafka.start();
  plain = await kafka.createStream('plain');
  sharded = await kafka.createStream('sharded', { partitions: 4, shardingKey: ['user', 'properties/project'] });
  atomic = await kafka.createStream('atomic');
  validated = await kafka.createStream('validated');
  late = `gw_e2e_late_${kafka.suffix}`;
  await kafka.putRule(writer, 'gw_e2e_*', 'write');
  await kafka.putValidation(writer, validated, [{ path: 'level', condition: { type: 'string_equality', value: 'error' } }]);
  gateway = await GatewayProcess.start({ 'metadata.topic': kafka.metadataTopic });
  await kafka.follow(plain, sharded, atomic, validated);
});

afterAll(async () => {
  await gateway?.kill();
  await kafka.stop();
});

function post(stream: string, body: Buffer, method = 'send'): Promise<HttpAnswer> {
  return send(gateway.httpPort, {
    path: `/stream/${method}?stream=${stream}`,
    headers: { Authorization: `Hercules apiKey ${writer}` },
    body,
  });
}

const keyOf = (event: HerculesEvent): string => event.uuid.replaceAll('-', '');

describe('what is stored (model §6)', () => {
  it('is the event as it was sent, under its uuid, at the time of its arrival, in the partition that Kafka would choose', async () => {
    const events = Array.from({ length: 30 }, (_, i) => newEvent(`plain ${i}`, { n: tag.integer(i) }));
    const before = Date.now();
    expect((await post(plain, Buffer.concat([batchOf(...events.slice(0, 20)), Buffer.from('ignored')]))).status).toBe(200);
    expect((await post(plain, batchOf(...events.slice(20)), 'sendAsync')).status).toBe(200);
    const records = await kafka.waitForRecords(plain, 30);
    const after = Date.now();
    for (const event of events) {
      const record = records.find(({ key }) => key === keyOf(event));
      expect(record?.value.equals(encodeEvent(event))).toBe(true);
      expect(record?.partition).toBe(kafkaPartition(uuidToBytes(event.uuid), 0, 16, 3));
      expect(record?.timestampMs).toBeGreaterThanOrEqual(before);
      expect(record?.timestampMs).toBeLessThanOrEqual(after);
    }
  });

  it('keeps the order of a partition', async () => {
    const records = kafka.stored(plain);
    for (const partition of [0, 1, 2]) {
      const numbers = records.filter((record) => record.partition === partition).map(({ value }) => value.readInt32BE(value.length - 4));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });

  it('is spread by the sharding key', async () => {
    const paths = ['user', 'properties/project'].map((path) => HPath.parse(path));
    const events = Array.from({ length: 40 }, (_, i) =>
      newEvent(`sharded ${i}`, { user: tag.integer(i % 7), properties: tag.container({ project: tag.string(`p${i % 3}`) }) }),
    );
    expect((await post(sharded, batchOf(...events))).status).toBe(200);
    const records = await kafka.waitForRecords(sharded, 40);
    for (const event of events) {
      const expected = (naiveHash(event, paths) & 0x7fff_ffff) % 4;
      expect(records.find(({ key }) => key === keyOf(event))?.partition).toBe(expected);
    }
  });
});

describe('a batch', () => {
  it('is stored as a whole or not at all', async () => {
    const bad = Buffer.from(encodeEvent(newEvent('bad')));
    bad[0] = 2;
    const good = Array.from({ length: 50 }, (_, i) => newEvent(`good ${i}`));
    expect((await post(atomic, batchOf(...good, bad))).status).toBe(400);
    expect((await post(atomic, batchOf(...good, bad), 'sendAsync')).status).toBe(400);
    expect((await post(atomic, newBatch(51).subarray(0, -1))).status).toBe(400);
    const last = newEvent('the only one');
    expect((await post(atomic, batchOf(last))).status).toBe(200);
    const records = await kafka.waitForRecords(atomic, 1);
    expect(records[0]!.key).toBe(keyOf(last));
    const ends = await kafka.admin.endOffsets(atomic);
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(1);
  });

  it('loses the events that content validation refuses, silently', async () => {
    const kept = [newEvent('a', { level: tag.string('error') }), newEvent('b', { level: tag.string('error') })];
    const dropped = [newEvent('c', { level: tag.string('info') }), newEvent('d')];
    expect((await post(validated, batchOf(kept[0]!, ...dropped, kept[1]!))).status).toBe(200);
    expect((await post(validated, batchOf(...dropped))).status).toBe(200);
    const records = await kafka.waitForRecords(validated, 2);
    expect(new Set(records.map(({ key }) => key))).toEqual(new Set(kept.map(keyOf)));
    const { text } = await send(gateway.httpPort, { method: 'GET', path: '/metrics' });
    expect(text).toMatch(/^hercules_gateway_filtered_events_total 4$/m);
  });
});

describe('changes of the metadata', () => {
  it('are seen without a restart', async () => {
    expect((await post(late, newBatch(1))).status).toBe(404);
    await kafka.createStream('late');
    await waitFor('the new stream takes events', async () => (await post(late, newBatch(1))).status === 200);
    await kafka.putBlacklist(writer);
    await waitFor('the key is refused', async () => (await post(late, newBatch(1))).status === 403);
    await kafka.removeFromBlacklist(writer);
    await waitFor('the key is good again', async () => (await post(late, newBatch(1))).status === 200);
    await kafka.putStream(late, { type: 'derived', streams: [plain], filters: [] });
    await waitFor('the stream is derived', async () => (await post(late, newBatch(1))).status === 400);
  });
});
