import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCli } from './run-cli.ts';

/** A gateway that is restarted is back by then. */
const SEND_RETRY_MS = 8000;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
    // Whoever asks twice means it: the handler is gone, and the next signal ends the process.
  });
}
// `hercules tail … | head` ends when head does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(
  {
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    sendRetryMs: SEND_RETRY_MS,
    clock: { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    signal: stop.signal,
  },
  process.argv.slice(2),
);
// An open standard input or a kept connection must not hold the process; everything has been written when this event comes.
process.stdout.write('', () => process.exit());
