import { HttpService, type ShopRoute } from './http/http-service.ts';
import { type CommonOption, numberOption } from './service-options.ts';
import { Telemetry } from './telemetry/telemetry.ts';

/** Ports and the like are texts of the command line. */
export interface ShopServiceOptions extends Readonly<Record<CommonOption, string>> {
  readonly application: string;
  /** Builds the service's routes, and says what else has to be stopped before the server is. */
  readonly start: (telemetry: Telemetry) => { routes: Readonly<Record<string, ShopRoute>>; onListening?: () => void; onStop?: () => void };
}

const ANSWER_MS = 1000;
const FLUSH_MS = 1000;

/** Runs one service of the shop until SIGTERM or SIGINT: then it answers what is under way, sends its last events, and ends within 2 s. */
export async function runShopService({ start, ...options }: ShopServiceOptions): Promise<void> {
  const { application, port, gateway } = options;
  const print = (line: string): void => void process.stdout.write(`${new Date().toISOString()} ${application}: ${line}\n`);
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, resolve);
  });
  const telemetry = new Telemetry({ ...options, instance: `127.0.0.1:${port}`, print });
  try {
    const { routes, onListening, onStop } = start(telemetry);
    const service = new HttpService(telemetry, routes);
    await service.listen(numberOption('port', port, 1, 65_535));
    print(`listening on 127.0.0.1:${port}, telemetry to ${gateway}`);
    telemetry.log('Info', '{application} has started', undefined, { port: Number(port) });
    onListening?.();
    print(`stopping after ${await stopped}`);
    onStop?.();
    await service.close(ANSWER_MS);
  } catch (error) {
    process.exitCode = 1;
    print(`cannot start: ${(error as Error).message}`);
  }
  await telemetry.close(FLUSH_MS);
  process.exit();
}
