export interface CassandraNodeSettings {
  readonly port: number;
  readonly storagePort: number;
  readonly dataDir: string;
  /** Further settings of cassandra.yaml; they win, null takes one away. */
  readonly extra: Readonly<Record<string, string | number | boolean | null>>;
}

/** cassandra.yaml of a cluster of one node, listening on the loopback address only, with caches and buffers for a small machine. */
export function cassandraYaml({ port, storagePort, dataDir, extra }: CassandraNodeSettings): string {
  const settings: Record<string, unknown> = {
    cluster_name: 'hercules-local',
    num_tokens: 1,
    initial_token: '0',
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    authenticator: 'AllowAllAuthenticator',
    authorizer: 'AllowAllAuthorizer',
    endpoint_snitch: 'SimpleSnitch',
    seed_provider: [{ class_name: 'org.apache.cassandra.locator.SimpleSeedProvider', parameters: [{ seeds: `127.0.0.1:${storagePort}` }] }],
    listen_address: '127.0.0.1',
    storage_port: storagePort,
    rpc_address: '127.0.0.1',
    native_transport_port: port,
    start_native_transport: true,
    auto_bootstrap: false,
    data_file_directories: [`${dataDir}/data`],
    commitlog_directory: `${dataDir}/commitlog`,
    saved_caches_directory: `${dataDir}/saved_caches`,
    hints_directory: `${dataDir}/hints`,
    cdc_raw_directory: `${dataDir}/cdc_raw`,
    // A lone node has no replica to make up for what it forgets when it is killed, so a write is on disk before it is confirmed.
    commitlog_sync: 'batch',
    commitlog_segment_size: '8MiB',
    commitlog_total_space: '128MiB',
    disk_failure_policy: 'stop',
    commit_failure_policy: 'stop',
    memtable_heap_space: '64MiB',
    memtable_offheap_space: '64MiB',
    memtable_allocation_type: 'heap_buffers',
    file_cache_size: '32MiB',
    networking_cache_size: '16MiB',
    key_cache_size: '8MiB',
    concurrent_reads: 8,
    concurrent_writes: 32,
    concurrent_compactors: 1,
    hinted_handoff_enabled: false,
    auto_snapshot: false,
    materialized_views_enabled: false,
    user_defined_functions_enabled: false,
    // Garbage collections and a busy machine must not look like an outage.
    read_request_timeout: '10s',
    range_request_timeout: '10s',
    write_request_timeout: '10s',
    request_timeout: '10s',
    ...extra,
  };
  // JSON is YAML.
  return `${JSON.stringify(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)), null, 2)}\n`;
}

/** Logback configuration: to the standard output, in Cassandra's own line format. */
export const CASSANDRA_LOGBACK = `<configuration scan="false">
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date{ISO8601} %-5level [%thread] %F:%L - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="STDOUT"/></root>
</configuration>
`;

/** What Cassandra 5.0 reaches into on Java 17, as its own conf/jvm17-server.options says. */
const EXPORTS = [
  'java.base/jdk.internal.misc',
  'java.base/java.lang.ref',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.sql/java.sql',
  'jdk.unsupported/sun.misc',
];
const OPENS = [
  'java.base/java.io',
  'java.base/java.lang',
  'java.base/java.lang.module',
  'java.base/java.lang.reflect',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/jdk.internal.loader',
  'java.base/jdk.internal.math',
  'java.base/jdk.internal.module',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.util.jar',
  'java.base/sun.nio.ch',
  'jdk.management/com.sun.management.internal',
];

/** JVM options that do not depend on the node. */
export const CASSANDRA_JVM_OPTIONS: readonly string[] = [
  '-XX:+UseSerialGC',
  '-XX:+PerfDisableSharedMem',
  '-Xss512k',
  '-Djava.awt.headless=true',
  '-Djava.net.preferIPv4Stack=true',
  '-Djdk.attach.allowAttachSelf=true',
  // A cluster of one has nobody to wait for.
  '-Dcassandra.skip_wait_for_gossip_to_settle=0',
  '-Dcassandra.ring_delay_ms=100',
  '-Dcassandra.superuser_setup_delay_ms=0',
  '-Dcassandra.load_ring_state=false',
  '-Dcassandra-foreground=yes',
  ...EXPORTS.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
  ...OPENS.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
];
