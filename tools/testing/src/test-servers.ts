/** Names the environment variables that tell tests where the real servers are. */
export const TEST_KAFKA = 'HERCULES_TEST_KAFKA';
export const TEST_ELASTICSEARCH = 'HERCULES_TEST_ELASTICSEARCH';
export const TEST_CASSANDRA = 'HERCULES_TEST_CASSANDRA';
/** `host:port` for lines, `host:port` for pickled batches and the base URL of /render, joined by commas. */
export const TEST_GRAPHITE = 'HERCULES_TEST_GRAPHITE';

export const TEST_VARIABLES = [TEST_KAFKA, TEST_ELASTICSEARCH, TEST_CASSANDRA, TEST_GRAPHITE] as const;

export interface TestGraphite {
  /** host:port for lines. */
  readonly plaintext: string;
  /** host:port for pickled batches. */
  readonly pickle: string;
  /** Base URL of /render. */
  readonly render: string;
}

export interface TestServers {
  /** host:port list of Kafka. */
  readonly kafka: string;
  /** Base URL of Elasticsearch. */
  readonly elasticsearch: string;
  /** host:port of Cassandra's CQL; its data center is datacenter1. */
  readonly cassandra: string;
  readonly graphite: TestGraphite;
}

/** Where the servers are that the tests use. @throws Error that names the variables that nobody has set */
export function testServers(env: NodeJS.ProcessEnv = process.env): TestServers {
  const missing = TEST_VARIABLES.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`${missing.join(', ')} not set: run the tests with jest.e2e.config.cjs`);
  return {
    kafka: env[TEST_KAFKA]!,
    elasticsearch: env[TEST_ELASTICSEARCH]!,
    cassandra: env[TEST_CASSANDRA]!,
    graphite: readGraphite(env[TEST_GRAPHITE]!),
  };
}

function readGraphite(text: string): TestGraphite {
  const [plaintext, pickle, render, ...more] = text.split(',');
  if (!plaintext || !pickle || !render || more.length > 0) {
    throw new Error(
      `${TEST_GRAPHITE}=${text}: expected host:port of lines, host:port of pickled batches, URL of /render, with commas between`,
    );
  }
  return { plaintext, pickle, render };
}
