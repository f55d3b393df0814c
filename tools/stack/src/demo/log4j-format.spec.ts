import { log4jFormat } from './log4j-format.ts';

describe('log4jFormat', () => {
  it('reads a line of Kafka', () => {
    const line = '[2026-11-25T03:17:40,052+02:00] WARN [Broker id=1] moved (again) (kafka.server.BrokerServer)';
    expect(log4jFormat.startsEntry(line, undefined)).toBe(true);
    expect(log4jFormat.parse([line])).toEqual({
      timestampMs: Date.parse('2026-11-25T01:17:40.052Z'),
      level: 'Warn',
      logger: 'kafka.server.BrokerServer',
      message: '[Broker id=1] moved (again)',
      stackTrace: undefined,
      properties: {},
    });
  });

  it('takes a time without an offset for local time', () => {
    const { timestampMs } = log4jFormat.parse(['2026-11-25T03:17:40,052 INFO started (KafkaServer)']);
    expect(timestampMs).toBe(new Date(2026, 10, 25, 3, 17, 40, 52).getTime());
  });

  it('reads a line of Elasticsearch', () => {
    const line = '[2026-11-25T03:17:47,867Z][INFO ][org.elasticsearch.node.Node ] [node-1] started {node-1}{xpack.installed=true}';
    expect(log4jFormat.startsEntry(line, undefined)).toBe(true);
    expect(log4jFormat.parse([line])).toEqual({
      timestampMs: Date.parse('2026-11-25T03:17:47.867Z'),
      level: 'Info',
      logger: 'org.elasticsearch.node.Node',
      message: 'started {node-1}{xpack.installed=true}',
      stackTrace: undefined,
      properties: { node: 'node-1' },
    });
  });

  it('reads a line of Cassandra', () => {
    const line = '2026-11-25 03:17:40,052 WARN  [Native-Transport-1] StorageService.java:2086 - Node is (up)';
    expect(log4jFormat.startsEntry(line, undefined)).toBe(true);
    expect(log4jFormat.parse([line, '\tat a.B.c(B.java:1)'])).toMatchObject({
      timestampMs: new Date(2026, 10, 25, 3, 17, 40, 52).getTime(),
      level: 'Warn',
      logger: 'StorageService',
      message: 'Node is (up)',
      stackTrace: '\tat a.B.c(B.java:1)',
      properties: { thread: 'Native-Transport-1' },
    });
  });

  it('separates the stack trace from a message of several lines', () => {
    const lines = [
      '[2026-11-25T03:17:40,052Z] ERROR Error while',
      'doing two things (kafka.Kafka)',
      'java.io.IOException: broken',
      'pipe',
      '\tat java.base/sun.nio.ch.Net.bind(Net.java:555)',
      '\t... 3 more',
      'Caused by: java.lang.IllegalStateException',
      '\tat a.B.c(B.java:1)',
    ];
    for (const line of lines.slice(1)) expect(log4jFormat.startsEntry(line, lines[0])).toBe(false);
    const record = log4jFormat.parse(lines);
    expect(record.message).toBe('Error while\ndoing two things');
    expect(record.logger).toBe('kafka.Kafka');
    expect(record.stackTrace).toBe(lines.slice(2).join('\n'));
  });

  it('keeps a message of several lines without an exception', () => {
    const record = log4jFormat.parse([
      '[2026-11-25T03:17:40,052Z] INFO KafkaConfig values:',
      '\tbroker.id = 1',
      ' (org.apache.kafka.Config)',
    ]);
    expect(record).toMatchObject({
      message: 'KafkaConfig values:\n\tbroker.id = 1\n',
      logger: 'org.apache.kafka.Config',
      stackTrace: undefined,
    });
  });

  it('keeps text that has no header', () => {
    expect(log4jFormat.parse(['Exception in thread "main" java.lang.Error', '\tat a.B.c(B.java:1)'])).toMatchObject({
      timestampMs: undefined,
      level: 'Info',
      message: 'Exception in thread "main" java.lang.Error',
      stackTrace: '\tat a.B.c(B.java:1)',
    });
  });
});
