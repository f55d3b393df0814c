import { getEventListeners, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Endpoint } from './endpoint.ts';
import { GraphiteSender } from './graphite-sender.ts';

const OPTIONS = {
  connectionLimitPerEndpoint: 2,
  connectionTtlMs: 0,
  socketTimeoutMs: 1000,
  frozenTimeMs: 60_000,
  resendWindowMs: 5000,
  resendBytes: 1_000_000,
};

/** Takes what it is sent, as carbon does; `onSocket` may do otherwise. */
async function serve(
  onSocket?: (socket: Socket) => void,
): Promise<{ server: Server; port: number; received: () => string; close: () => void }> {
  let text = '';
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: onSocket !== undefined }, (socket) => {
    sockets.add(socket);
    socket.setEncoding('utf8').on('error', () => undefined);
    if (onSocket === undefined) socket.on('data', (chunk: string) => (text += chunk));
    else onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, port: (server.address() as { port: number }).port, received: () => text, close };
}

describe('GraphiteSender', () => {
  const running: (() => void)[] = [];
  const never = new AbortController().signal;
  const endpoint = (port: number, changes: Partial<typeof OPTIONS> = {}) => new Endpoint('127.0.0.1', port, { ...OPTIONS, ...changes });
  const sender = (local: Endpoint[], remote: Endpoint[] = [], confirmation: 'close' | 'written' = 'close', requestTimeoutMs = 2000) => {
    const created = new GraphiteSender(local, remote, { retryLimit: 2, requestTimeoutMs, confirmation });
    running.push(() => created.close());
    return created;
  };
  const start = async (onSocket?: (socket: Socket) => void) => {
    const started = await serve(onSocket);
    running.push(started.close);
    return started;
  };

  afterEach(() => {
    for (const end of running.splice(0)) end();
  });

  it.each(['close', 'written'] as const)('sends batches (%s)', async (confirmation) => {
    const { port, received } = await start();
    const to = sender([endpoint(port)], [], confirmation);
    await to.send(Buffer.from('a\n'), never);
    await to.send(Buffer.from('b\n'), never);
    // What is written may still be on its way.
    while (received() !== 'a\nb\n') await new Promise((resolve) => setImmediate(resolve));
    expect(to.counters).toMatchObject({ batches: 2, failedBatches: 0 });
  });

  it('leaves nothing behind on the signal, which lives as long as the sink', async () => {
    const { port } = await start();
    const { signal } = new AbortController();
    const to = sender([endpoint(port)]);
    for (let i = 0; i < 3; i++) await to.send(Buffer.from('a\n'), signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('gives each batch to one endpoint, in turn', async () => {
    const [one, two] = [await start(), await start()];
    const to = sender([endpoint(one.port), endpoint(two.port)]);
    for (const text of ['a', 'b', 'c', 'd']) await to.send(Buffer.from(text), never);
    expect([one.received(), two.received()].sort()).toEqual(['ac', 'bd']);
  });

  it('turns to a remote endpoint only while no local one can be reached', async () => {
    const [local, remote] = [await start(), await start()];
    const to = sender([endpoint(local.port)], [endpoint(remote.port)]);
    await to.send(Buffer.from('a'), never);
    local.close();
    await to.send(Buffer.from('b'), never);
    expect([local.received(), remote.received()]).toEqual(['a', 'b']);
    expect(to.endpoints.map(({ isFrozen }) => isFrozen)).toEqual([true, false]);
    expect(to.counters.remoteBatches).toBe(1);
  });

  it('fails when the peer breaks the connection off before it has read everything', async () => {
    const { port } = await start((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const to = sender([endpoint(port)]);
    await expect(to.send(Buffer.from('a'), never)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(to.counters.failedBatches).toBe(2);
  });

  it('fails when the peer does not close in time', async () => {
    const { port } = await start((socket) => void socket.resume());
    await expect(sender([endpoint(port)], [], 'close', 50).send(Buffer.from('a'), never)).rejects.toThrow('within 50 ms');
  });

  it('fails when nobody listens, and tries what is frozen again when there is nothing else', async () => {
    const gone = await start();
    gone.close();
    const to = sender([endpoint(gone.port)]);
    await expect(to.send(Buffer.from('a'), never)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(to.endpoints[0]!.isFrozen).toBe(true);
    const server = createServer((socket) => void socket.resume()).listen(gone.port, '127.0.0.1');
    running.push(() => server.close());
    await once(server, 'listening');
    await to.send(Buffer.from('a'), never);
    expect(to.endpoints[0]!.isFrozen).toBe(false);
  });

  it('sends once more what an endpoint took before it went away', async () => {
    const first = await start();
    const to = sender([endpoint(first.port)]);
    await to.send(Buffer.from('a\n'), never);
    first.close();
    await expect(to.send(Buffer.from('b\n'), never)).rejects.toThrow();
    let text = '';
    const server = createServer((socket) => socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)));
    running.push(() => server.close());
    server.listen(first.port, '127.0.0.1');
    await once(server, 'listening');
    await to.send(Buffer.from('b\n'), never);
    expect(text).toBe('a\nb\n');
    expect(to.counters.repeatedBatches).toBe(1);
  });
});
