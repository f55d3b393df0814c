import { connect } from 'node:net';
import { graphiteLines, syslogLines } from '../payloads/line-payloads.ts';
import { serveLoad } from './load-process.ts';

export interface LineLoadOptions {
  readonly port: number;
  readonly payload: 'graphite' | 'syslog';
  readonly connections: number;
  /** Lines of one write. */
  readonly eventsPerRequest: number;
}

/** Writes lines as fast as the gateway reads them; a write counts when the kernel has it, so TCP's back-pressure makes the pace. */
serveLoad<LineLoadOptions>(({ port, payload, connections, eventsPerRequest }, counter) => {
  const block = (payload === 'graphite' ? graphiteLines : syslogLines)(eventsPerRequest);
  for (let i = 0; i < connections; i++) {
    const socket = connect({ host: '127.0.0.1', port });
    const write = (): void => {
      const sentMs = performance.now();
      socket.write(block, (error) => {
        if (error) process.exit(1);
        counter.answered(true, performance.now() - sentMs);
        write();
      });
    };
    socket.once('connect', write);
  }
});
