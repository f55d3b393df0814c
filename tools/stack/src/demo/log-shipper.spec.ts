import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EventWriter, readBatch } from '@hercules/protocol';
import type { LogSource } from './log-source.ts';
import { LogShipper } from './log-shipper.ts';

describe('LogShipper', () => {
  let server: Server;
  let answers: number[];
  let bodies: Buffer[];
  beforeEach(async () => {
    bodies = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(Buffer.concat(chunks));
        response.writeHead(answers.shift() ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Ships one event, and returns what was said until the shipper had gone round once more. */
  async function shipOne(): Promise<{ printed: string[]; commits: number }> {
    const printed: string[] = [];
    const stop = new AbortController();
    let rounds = 0;
    let commits = 0;
    const source: Pick<LogSource, 'collect' | 'commit'> = {
      collect(writer: EventWriter) {
        if (rounds > 0) return;
        writer.beginEvent(1n, Buffer.alloc(16));
        writer.endEvent();
      },
      commit: () => void commits++,
    };
    const shipper = new LogShipper([source as LogSource], {
      gateway: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      stream: 'logs_stack',
      apiKey: 'key',
      onShipped: () => void (++rounds === 2 && stop.abort()),
      print: (line) => printed.push(line),
    });
    await shipper.run(stop.signal);
    return { printed, commits };
  }

  it('sends the same batch again until it is taken, and says so once', async () => {
    answers = [503, 503, 200];
    const { printed, commits } = await shipOne();
    expect(bodies).toHaveLength(3);
    expect(bodies[1]).toEqual(bodies[0]);
    expect(readBatch(bodies[0]!)).toHaveLength(1);
    expect(printed).toEqual([expect.stringContaining('503'), 'the gateway takes events again']);
    expect(commits).toBe(2);
  });

  it('gives a batch up that is refused for good', async () => {
    answers = [400];
    const { printed, commits } = await shipOne();
    expect(bodies).toHaveLength(1);
    expect(printed).toEqual([expect.stringContaining('refused for good: 400')]);
    expect(commits).toBe(2);
  });
});
