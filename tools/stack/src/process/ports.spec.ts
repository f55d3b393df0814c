import { createServer } from 'node:net';
import { freePorts, isPortFree } from './ports.ts';

describe('ports', () => {
  it('finds different free ports', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) expect(await isPortFree(port)).toBe(true);
  });

  it('sees a port that is taken', async () => {
    const [port] = await freePorts(1);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await isPortFree(port!)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
  });
});
