export { endProcessesOfRun, markRun, RUN_MARKER } from './run-marker.ts';
export { spawnApp, type SpawnAppOptions, type SpawnedApp } from './spawn-app.ts';
export { type StartedTestServers, startTestServers } from './start-test-servers.ts';
export {
  TEST_CASSANDRA,
  TEST_ELASTICSEARCH,
  TEST_GRAPHITE,
  TEST_KAFKA,
  type TestGraphite,
  type TestServers,
  testServers,
} from './test-servers.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { type TopicRecord, TopicRecords } from './topic-records.ts';
export { waitFor } from './wait-for.ts';
