import { openTelemetryPython } from '@hercules/stack';
import { endProcessesOfRun, markRun } from './run-marker.ts';
import { startTestServers } from './start-test-servers.ts';
import { TEST_VARIABLES } from './test-servers.ts';

/** A Python with OpenTelemetry's SDK, for tests that cannot import @hercules/stack. */
const OPENTELEMETRY_PYTHON = 'HERCULES_TEST_OPENTELEMETRY_PYTHON';

/** Starts the real servers that the environment does not name, when jest is run by hand, and gets what tests run. */
export default async function setUp(): Promise<void> {
  process.env[OPENTELEMETRY_PYTHON] ??= await openTelemetryPython({
    onProgress: (text) => process.stderr.write(`OpenTelemetry for Python: ${text}\n`),
  });
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
