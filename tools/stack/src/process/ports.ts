import { createServer, type Server } from 'node:net';

/** Whether a server on the loopback address can take the port now. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

/**
 * `count` different ports that are free now, below the range that the system gives to outgoing connections, so that they stay free until they are used.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  try {
    // Starting anywhere keeps two test runs on one machine apart.
    for (let port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT)), tries = 0; held.length < count; tries++) {
      if (tries > LAST_PORT - FIRST_PORT) throw new Error(`fewer than ${count} free ports`);
      port = port >= LAST_PORT ? FIRST_PORT : port + 1;
      const server = await listen(port).catch(() => undefined);
      if (server) held.push(server);
    }
    return held.map((server) => (server.address() as { port: number }).port);
  } finally {
    await Promise.all(held.map(close));
  }
}

const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
