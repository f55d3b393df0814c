import { HerculesClient } from '@hercules/client';
import { serveLoad } from './load-process.ts';

export interface ClientLoadOptions {
  readonly endpoint: string;
  readonly apiKey: string;
  readonly stream: string;
  /** A request of the count is so many acknowledged events. */
  readonly eventsPerRequest: number;
}

/** A program that does nothing but log, as fast as its client lets it. */
serveLoad<ClientLoadOptions>(({ endpoint, apiKey, stream, eventsPerRequest }, counter) => {
  const lost = (error: Error): void => {
    process.stderr.write(`client load: ${error.message}\n`);
    process.exit(1);
  };
  const client = new HerculesClient({
    endpoints: [endpoint],
    apiKey,
    onFull: 'wait',
    maxQueuedBytes: 8 * 1024 * 1024,
    onLost: ({ error }) => lost(error),
  });
  let counted = 0;
  const log = async (): Promise<void> => {
    for (let i = 0; ; i++) {
      const hasRoom = client.log(
        {
          level: 'Info',
          message: `Order ${100_000 + (i % 100_000)} was accepted for delivery by the warehouse in ${i % 1000} ms`,
          properties: {
            project: 'bench',
            environment: 'staging',
            application: 'orders-api',
            host: 'vm-orders-7',
            traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
            customer: 'c-10052',
            elapsedMs: i % 1000,
            attempt: 1,
          },
        },
        stream,
      );
      if (!hasRoom) await client.room();
      while (i % 1000 === 0 && client.stats.acknowledged - counted >= eventsPerRequest) {
        counted += eventsPerRequest;
        counter.answered(true, 0);
      }
    }
  };
  log().catch(lost);
});
