import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isCassandraReady } from './cassandra-probe.ts';

describe('isCassandraReady', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  const serve = async (onConnection: (socket: Socket) => void): Promise<number> => {
    server = createServer(onConnection).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  it('is true for the answer SUPPORTED, in however many pieces', async () => {
    const port = await serve((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0x84, 0, 0, 1]));
        socket.write(Buffer.from([0x06, 0, 0, 0, 2, 0, 0]));
      });
    });
    expect(await isCassandraReady(port)).toBe(true);
  });

  it('is false for an error, for silence and for nobody', async () => {
    const failing = await serve((socket) => socket.end(Buffer.from([0x84, 0, 0, 1, 0x00, 0, 0, 0, 0])));
    expect(await isCassandraReady(failing)).toBe(false);
    server!.close();
    const sockets: Socket[] = [];
    const silent = await serve((socket) => void sockets.push(socket));
    expect(await isCassandraReady(silent, 50)).toBe(false);
    server!.close();
    sockets.forEach((socket) => socket.destroy());
    await once(server!, 'close');
    expect(await isCassandraReady(silent)).toBe(false);
  });
});
