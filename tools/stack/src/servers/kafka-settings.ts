export interface KafkaNodeSettings {
  readonly nodeId: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Folder of the topics' data. */
  readonly logDirs: string;
  /** All nodes: id and controller port. */
  readonly voters: readonly { readonly nodeId: number; readonly controllerPort: number }[];
  /** Further lines of server.properties; they win. */
  readonly extra: Readonly<Record<string, string>>;
}

/** server.properties of one node that is broker and controller at once (KRaft), listening on the loopback address only. */
export function kafkaProperties({ nodeId, port, controllerPort, logDirs, voters, extra }: KafkaNodeSettings): string {
  const replicas = Math.min(3, voters.length);
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': voters.map((voter) => `${voter.nodeId}@127.0.0.1:${voter.controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDirs,
    'auto.create.topics.enable': 'false',
    'num.partitions': 1,
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.max(1, replicas - 1),
    'unclean.leader.election.enable': 'false',
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.max(1, replicas - 1),
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': Math.max(1, replicas - 1),
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': voters.length > 1 ? 1 : 2,
    'num.io.threads': voters.length > 1 ? 2 : 4,
    'num.replica.fetchers': 1,
    'broker.session.timeout.ms': 6000,
    'broker.heartbeat.interval.ms': 1000,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'log.segment.bytes': 128 * 1024 * 1024,
    // A development machine's disk must survive a bench that is left running.
    'log.retention.bytes': 2 * 1024 ** 3,
    'log.retention.check.interval.ms': 30_000,
    ...extra,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Log4j configuration: to the standard output, each line with its time and offset from UTC, so that other programs can read it. */
export const KAFKA_LOG4J = `status=warn
rootLogger.level=info
rootLogger.appenderRefs=stdout
rootLogger.appenderRef.stdout.ref=STDOUT
appender.stdout.type=Console
appender.stdout.name=STDOUT
appender.stdout.layout.type=PatternLayout
appender.stdout.layout.pattern=[%d{yyyy-MM-dd'T'HH:mm:ss,SSSXXX}] %p %m (%c)%n
logger.storage.name=kafka.log
logger.storage.level=warn
logger.internals.name=org.apache.kafka.storage
logger.internals.level=warn
`;

/** A random cluster id in the form that Kafka's own tool makes: 22 characters of URL-safe base64, not beginning with a dash. */
export function kafkaClusterId(random: Buffer): string {
  return random.subarray(0, 16).toString('base64url').replace(/^-/, 'A');
}
