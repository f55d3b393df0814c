import { endProcessesOfRun, markRun } from './run-marker.ts';
import { startTestServers } from './start-test-servers.ts';
import { TEST_VARIABLES } from './test-servers.ts';

/** Starts the real servers that the environment does not name, when jest is run by hand. */
export default async function setUp(): Promise<void> {
  if (TEST_VARIABLES.every((name) => process.env[name])) return;
  const marker = markRun();
  const servers = await startTestServers((text) => process.stderr.write(`${text}\n`));
  Object.assign(globalThis, {
    stopTestServers: async () => {
      await servers.stop();
      await endProcessesOfRun(marker);
    },
  });
}
