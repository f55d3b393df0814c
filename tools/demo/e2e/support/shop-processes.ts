import { join } from 'node:path';
import { AppProcess, freePort } from '@hercules/service/testing';

export interface ShopSettings {
  /** Base URL of the gateway that gets the telemetry. */
  readonly gateway: string;
  readonly apiKey: string;
  readonly environment?: string;
  readonly failureRate?: number;
  /** Requests a second that the shop makes of itself. */
  readonly rate?: number;
}

/** The three services of the shop as processes of their own. */
export class ShopProcesses {
  readonly front: AppProcess;
  readonly all: readonly AppProcess[];
  readonly url: string;

  private constructor(front: AppProcess, others: readonly AppProcess[], url: string) {
    this.front = front;
    this.all = [front, ...others];
    this.url = url;
  }

  /** Starts them and waits until all answer. */
  static async start({ gateway, apiKey, environment = 'local', failureRate = 0, rate = 0 }: ShopSettings): Promise<ShopProcesses> {
    const start = async (service: string, args: readonly string[]): Promise<{ app: AppProcess; url: string }> => {
      const port = String(await freePort());
      const app = new AppProcess({
        entry: join(__dirname, '..', '..', 'src', service, 'main.ts'),
        args: ['--port', port, '--gateway', gateway, '--environment', environment, ...args],
        env: { HERCULES_HTTP_PORT: port, HERCULES_DEMO_API_KEY: apiKey },
      });
      return { app, url: `http://127.0.0.1:${port}` };
    };
    const payment = await start('payment', ['--failure-rate', String(failureRate), '--slow-rate', '0']);
    const cart = await start('cart', ['--payment', payment.url]);
    const front = await start('front', ['--cart', cart.url, '--rate', String(rate)]);
    const shop = new ShopProcesses(front.app, [cart.app, payment.app], front.url);
    try {
      await Promise.all(shop.all.map((app) => app.waitForStatus(200, 20_000)));
    } catch (error) {
      await shop.kill();
      throw error;
    }
    return shop;
  }

  async kill(): Promise<void> {
    await Promise.all(this.all.map((app) => app.kill()));
  }
}
