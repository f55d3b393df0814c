import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { freePorts, type GraphiteServer, isPortFree, startGraphite } from '@hercules/stack';
import { temporaryFolder, waitFor } from '../src/index.ts';

describe('startGraphite', () => {
  const folder = temporaryFolder('graphite');
  let server: GraphiteServer;
  let ports: number[];

  beforeAll(async () => {
    ports = await freePorts(4);
    const [plaintextPort, picklePort, queryPort, webPort] = ports as [number, number, number, number];
    server = await startGraphite({ plaintextPort, picklePort, queryPort, webPort, dataDir: folder });
  }, 180_000);

  afterAll(async () => {
    await server.kill();
    rmSync(folder, { recursive: true });
  });

  const send = async (lines: string): Promise<void> => {
    const socket = connect({ host: '127.0.0.1', port: Number(server.plaintext.split(':')[1]) });
    socket.end(lines);
    await once(socket, 'close');
  };

  /** The values of a series in the last minutes. */
  const valuesOf = async (target: string): Promise<number[]> => {
    const url = `${server.render}/render?format=json&noNullPoints=true&from=-10min&target=${encodeURIComponent(target)}`;
    const series = (await (await fetch(url)).json()) as { datapoints: [number, number][] }[];
    return series.flatMap(({ datapoints }) => datapoints.map(([value]) => value));
  };

  it('draws plain and tagged series, many new ones at once', async () => {
    const seconds = Math.floor(Date.now() / 1000) - 5;
    const lines = Array.from({ length: 200 }, (_, i) => `many.series${i} 1 ${seconds}\n`).join('');
    await send(`${lines}requests;application=shop 7 ${seconds}\n`);
    const found = async (): Promise<boolean> =>
      (await valuesOf('many.*')).length === 200 && (await valuesOf("seriesByTag('name=requests')")).includes(7);
    await waitFor(found, 30_000, 'all series are drawn');
  });

  it('serves its page', async () => {
    const page = await (await fetch(server.render)).text();
    expect(page).toContain('Graphite');
    expect((await fetch(`${server.render}/static/js/dashboard.js`)).status).toBe(200);
  });

  it('writes down at a stop what it holds, and goes on', async () => {
    await send(`before.stop 3 ${Math.floor(Date.now() / 1000) - 5}\n`);
    await waitFor(async () => (await valuesOf('before.stop')).includes(3), 20_000, 'the point is taken');
    await server.stop();
    for (const port of ports) expect(await isPortFree(port)).toBe(true);
    await server.start();
    expect(await valuesOf('before.stop')).toEqual([3]);
  }, 60_000);

  it('starts again after a kill of all its processes', async () => {
    await server.kill();
    await waitFor(async () => (await Promise.all(ports.map(isPortFree))).every(Boolean), 10_000, 'all ports are free');
    await server.start();
    expect(await valuesOf('before.stop')).toEqual([3]);
  }, 60_000);

  it('answers nothing while it is paused', async () => {
    server.pause();
    const asked = fetch(`${server.render}/metrics/index.json`, { signal: AbortSignal.timeout(500) });
    await expect(asked).rejects.toThrow();
    server.resume();
    expect((await fetch(`${server.render}/metrics/index.json`)).status).toBe(200);
  });
});
