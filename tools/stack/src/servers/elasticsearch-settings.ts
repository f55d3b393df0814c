export interface ElasticsearchSettings {
  readonly port: number;
  readonly transportPort: number;
  readonly dataFolder: string;
  readonly logFolder: string;
  readonly extra: Readonly<Record<string, string>>;
}

/** Name of the cluster, and with it of the log file in the log folder. */
export const ELASTICSEARCH_CLUSTER = 'elasticsearch';

/** elasticsearch.yml of a single node on the loopback address, without authentication, that a nearly full disk does not make read-only. */
export function elasticsearchYaml({ port, transportPort, dataFolder, logFolder, extra }: ElasticsearchSettings): string {
  const settings: Record<string, string | number | boolean> = {
    'cluster.name': ELASTICSEARCH_CLUSTER,
    'node.name': 'node-1',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': transportPort,
    'discovery.type': 'single-node',
    'xpack.security.enabled': false,
    'path.data': dataFolder,
    'path.logs': logFolder,
    'cluster.routing.allocation.disk.threshold_enabled': false,
    'action.destructive_requires_name': false,
    ...extra,
  };
  // A JSON string is a YAML string too, whatever the path holds.
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

/** Log4j configuration: one text file, rolled at 64 MB, and the console while it starts. */
export const ELASTICSEARCH_LOG4J = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{yyyy-MM-dd'T'HH:mm:ss,SSSXXX}][%-5p][%c] [%node_name]%marker %m%consoleException%n
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = \${sys:es.logs.base_path}\${sys:file.separator}\${sys:es.logs.cluster_name}.log
appender.file.filePattern = \${sys:es.logs.base_path}\${sys:file.separator}\${sys:es.logs.cluster_name}-%i.log
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d{yyyy-MM-dd'T'HH:mm:ss,SSSXXX}][%-5p][%c] [%node_name]%marker %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 64MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
rootLogger.appenderRef.file.ref = file
`;

export function elasticsearchJvmOptions(heap: string): string {
  return `-Xms${heap}\n-Xmx${heap}\n-XX:-AlwaysPreTouch\n-Xlog:disable\n-Xlog:all=warning:stderr\n`;
}
