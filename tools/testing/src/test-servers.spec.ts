import { testServers } from './test-servers.ts';

const ENVIRONMENT = {
  HERCULES_TEST_KAFKA: '127.0.0.1:1',
  HERCULES_TEST_ELASTICSEARCH: 'http://127.0.0.1:2',
  HERCULES_TEST_CASSANDRA: '127.0.0.1:3',
  HERCULES_TEST_GRAPHITE: '127.0.0.1:4,127.0.0.1:5,http://127.0.0.1:6',
};

describe('testServers', () => {
  it('reads where the servers are', () => {
    expect(testServers(ENVIRONMENT)).toEqual({
      kafka: '127.0.0.1:1',
      elasticsearch: 'http://127.0.0.1:2',
      cassandra: '127.0.0.1:3',
      graphite: { plaintext: '127.0.0.1:4', pickle: '127.0.0.1:5', render: 'http://127.0.0.1:6' },
    });
  });

  it('names the variables that are missing', () => {
    const { HERCULES_TEST_KAFKA: kafka, HERCULES_TEST_ELASTICSEARCH: elasticsearch } = ENVIRONMENT;
    const started = { HERCULES_TEST_KAFKA: kafka, HERCULES_TEST_ELASTICSEARCH: elasticsearch };
    expect(() => testServers(started)).toThrow('HERCULES_TEST_CASSANDRA, HERCULES_TEST_GRAPHITE not set');
  });

  it('refuses a Graphite with a part missing', () => {
    expect(() => testServers({ ...ENVIRONMENT, HERCULES_TEST_GRAPHITE: '127.0.0.1:4' })).toThrow('HERCULES_TEST_GRAPHITE=127.0.0.1:4');
  });
});
