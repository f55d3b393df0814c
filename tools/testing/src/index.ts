export { endProcessesOfRun, markRun, RUN_MARKER } from './run-marker.ts';
export { spawnApp, type SpawnAppOptions, type SpawnedApp } from './spawn-app.ts';
export { startTestServers, TEST_ELASTICSEARCH, TEST_KAFKA, type TestServers, testServers } from './test-servers.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { waitFor } from './wait-for.ts';
