import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findJava } from '../java/java-home.ts';
import { startDaemon } from '../process/daemon.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { KAFKA_LOG4J, type KafkaNodeSettings, kafkaProperties } from './kafka-settings.ts';

const execFileAsync = promisify(execFile);

export interface KafkaNodeOptions extends Omit<KafkaNodeSettings, 'logDirs'> {
  /** Folder of this node alone. */
  readonly dataDir: string;
  readonly clusterId: string;
  /** Folder of Kafka's jars. */
  readonly jars: string;
  readonly logFile: string;
  readonly env: NodeJS.ProcessEnv;
  /** JVM options for the heap. */
  readonly heap: readonly string[];
}

/** Java 17 or newer, for Kafka. @throws StackError */
export function kafkaJava(): string {
  return join(findJava({ atLeast: 17, purpose: 'Kafka', variables: ['JAVA_HOME', 'ES_JAVA_HOME'] }).home, 'bin', 'java');
}

/** Writes the node's configuration, formats its storage the first time, and starts the process. It is not ready yet when this returns. */
export async function startKafkaNode(options: KafkaNodeOptions): Promise<ProcessIdentity> {
  const { dataDir, jars } = options;
  const java = kafkaJava();
  mkdirSync(dataDir, { recursive: true });
  const properties = join(dataDir, 'server.properties');
  const log4j = join(dataDir, 'log4j2.properties');
  const logDirs = join(dataDir, 'topics');
  writeFileSync(properties, kafkaProperties({ ...options, logDirs }));
  writeFileSync(log4j, KAFKA_LOG4J);
  const common = [`-Dlog4j2.configurationFile=${log4j}`, '-XX:+UseSerialGC', '-cp', `${jars}/*`];
  if (!isFormatted(logDirs)) {
    const format = ['kafka.tools.StorageTool', 'format', '-t', options.clusterId, '-c', properties];
    await execFileAsync(java, ['-Xmx128m', '-XX:TieredStopAtLevel=1', ...common, ...format], { cwd: dataDir, env: options.env });
  }
  return startDaemon({
    command: java,
    args: [...options.heap, '-Djava.awt.headless=true', ...common, 'kafka.Kafka', properties],
    cwd: dataDir,
    env: options.env,
    logFile: options.logFile,
  });
}

/** The id of the cluster whose data lie in `dataDir`; a new one is made up and kept there the first time. */
export function keptClusterId(dataDir: string, makeId: () => string): string {
  const file = join(dataDir, 'cluster.id');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, makeId());
  }
  return readFileSync(file, 'utf8').trim();
}

/** Kafka writes meta.properties last, so its presence means that the formatting was not cut off. */
function isFormatted(logDirs: string): boolean {
  return existsSync(join(logDirs, 'meta.properties'));
}
