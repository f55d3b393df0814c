import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runApp } from '@hercules/service/testing';

const PAYMENT = join(__dirname, '..', 'src', 'payment', 'main.ts');
const start = (args: readonly string[]) => runApp({ entry: PAYMENT, args, env: { HERCULES_DEMO_API_KEY: 'key' } });

describe('a service of the shop', () => {
  let other: Server;
  let port: string;
  beforeAll(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    port = String((other.address() as AddressInfo).port);
  });
  afterAll(() => new Promise((resolve) => other.close(resolve)));

  it('ends with 1 and says why when its port is taken', async () => {
    const { end, stdout } = await start(['--port', port, '--gateway', 'http://127.0.0.1:9']);
    expect(end).toBe(1);
    expect(stdout).toMatch(/shop-payment: cannot start: .*EADDRINUSE/);
  });

  it('ends with 1 for a setting out of its bounds', async () => {
    const { end, stdout } = await start(['--failure-rate', '3', '--gateway', 'http://127.0.0.1:9']);
    expect(end).toBe(1);
    expect(stdout).toContain('--failure-rate 3: expected a number from 0 to 1');
  });

  it('ends with 2 for an argument that it does not know, and lists those that it does', async () => {
    const { end, stderr } = await start(['--speed', '3']);
    expect(end).toBe(2);
    expect(stderr).toMatch(/--speed.*expected --gateway, --api-key, --environment, --host, --port, --failure-rate, --slow-rate/s);
  });

  it('ends with 2 without an API key', async () => {
    const { end, stderr } = await runApp({ entry: PAYMENT });
    expect(end).toBe(2);
    expect(stderr).toContain('HERCULES_DEMO_API_KEY is missing');
  });
});
