import { endProcessesOfRun, markRun } from './run-marker.ts';
import { startTestServers, TEST_ELASTICSEARCH, TEST_KAFKA } from './test-servers.ts';

/** Starts the real servers when jest is run by hand and the environment does not name any. */
export default async function setUp(): Promise<void> {
  if (process.env[TEST_KAFKA] && process.env[TEST_ELASTICSEARCH]) return;
  const marker = markRun();
  const servers = await startTestServers((text) => process.stderr.write(`${text}\n`));
  Object.assign(globalThis, {
    stopTestServers: async () => {
      await servers.stop();
      await endProcessesOfRun(marker);
    },
  });
}
