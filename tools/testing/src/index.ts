export { endProcessesOfRun, markRun, RUN_MARKER } from './run-marker.ts';
export { spawnApp, type SpawnAppOptions, type SpawnedApp } from './spawn-app.ts';
export { startTestServers, temporaryFolder, TEST_ELASTICSEARCH, TEST_KAFKA, type TestServers, testServers } from './test-servers.ts';
export { waitFor } from './wait-for.ts';
