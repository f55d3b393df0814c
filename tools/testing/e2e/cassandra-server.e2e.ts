import { rmSync } from 'node:fs';
import { cassandraConfigSchema, createCassandraClient } from '@hercules/cassandra';
import { type CassandraServer, freePorts, isCassandraReady, startCassandra } from '@hercules/stack';
import { temporaryFolder, waitFor } from '../src/index.ts';

describe('startCassandra', () => {
  const folder = temporaryFolder('cassandra');
  let server: CassandraServer;
  let port: number;

  beforeAll(async () => {
    const [first, storagePort] = await freePorts(2);
    port = first!;
    server = await startCassandra({ port, storagePort: storagePort!, dataDir: folder });
  }, 180_000);

  afterAll(async () => {
    await server.kill();
    rmSync(folder, { recursive: true });
  });

  const withClient = async <T>(work: (client: ReturnType<typeof createCassandraClient>) => Promise<T>): Promise<T> => {
    const client = createCassandraClient(cassandraConfigSchema.parse({ contactPoints: [server.contactPoint] }));
    try {
      return await work(client);
    } finally {
      await client.shutdown();
    }
  };

  it('keeps every confirmed write when it is killed', async () => {
    const ids = Array.from({ length: 200 }, (_, id) => id);
    await withClient(async (client) => {
      await client.execute("CREATE KEYSPACE kept WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
      await client.execute('CREATE TABLE kept.rows (id int PRIMARY KEY)');
      await Promise.all(ids.map((id) => client.execute('INSERT INTO kept.rows (id) VALUES (?)', [id])));
    });
    await server.kill();
    expect(await isCassandraReady(port)).toBe(false);
    await server.start();
    const { rows } = await withClient((client) => client.execute('SELECT id FROM kept.rows'));
    expect(rows.map((row) => row['id'] as number).sort((a, b) => a - b)).toEqual(ids);
  }, 180_000);

  it('answers nothing while it is paused', async () => {
    server.pause();
    expect(await isCassandraReady(port, 300)).toBe(false);
    server.resume();
    await waitFor(() => isCassandraReady(port), 20_000, 'Cassandra answers again');
  });
});
