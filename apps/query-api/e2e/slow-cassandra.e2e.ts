import { randomUUID } from 'node:crypto';
import { freePort, waitUntil } from '@hercules/service/testing';
import { CassandraRelay } from './support/cassandra-relay.ts';
import { QueryStand } from './support/query-stand.ts';
import { SpanStore } from './support/span-store.ts';

jest.setTimeout(120_000);

const TIMEOUT_MS = 1500;

describe('a Cassandra that answers nothing', () => {
  const stand = new QueryStand();
  const relay = new CassandraRelay();
  const paths = [`/trace?traceId=${randomUUID()}`, '/zipkin/api/v2/services', '/zipkin/api/v2/traces?serviceName=front'];
  let port: number;

  const ask = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { apiKey: stand.apiKey } })).status;

  beforeAll(async () => {
    const relayPort = await freePort();
    await relay.listen(relayPort);
    await stand.open();
    await new SpanStore(stand.cassandra, stand.keyspace).createTables();
    await stand.setRule('spans', 'read');
    port = await freePort();
    await stand.startApp(port, {
      HERCULES_CASSANDRA_CONTACT_POINTS: `127.0.0.1:${relayPort}`,
      HERCULES_CASSANDRA_REQUEST_TIMEOUT_MS: String(TIMEOUT_MS),
    });
    await waitUntil('the rule is known', 10_000, async () => (await ask('/zipkin/api/v2/services')) === 200);
  });

  afterAll(async () => {
    await stand.close();
    relay.close();
  });

  it('is told as 408 within the time-out, and all is well when it answers again', async () => {
    const areServed = async (): Promise<boolean> => (await Promise.all(paths.map(ask))).every((status) => status === 200);
    await waitUntil('traces are served', 30_000, areServed);
    relay.hold();
    const asked = Date.now();
    expect(await Promise.all(paths.map(ask))).toEqual([408, 408, 408]);
    // By itself the driver waits for 12 s.
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(await ask('/streams/somebody_elses/events')).toBe(403);
    relay.release();
    await waitUntil('traces are served again', 60_000, areServed);
  });
});
