/** One request of the Kafka protocol. */
export interface RequestApi {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
}

/** What reading needs of a cluster; `KafkaCluster` gives it, tests give a stand-in. */
export interface ClusterAccess {
  connect(): Promise<void>;
  /** Asks for all topics anew. Rejects when no broker answers. */
  refreshMetadata(): Promise<void>;
  /** Partitions of every topic, as of the last refresh. */
  partitionCounts(): ReadonlyMap<string, number>;
  /** Node id of the partition's leader as of the last refresh; −1 = none known. */
  leaderOf(topic: string, partition: number): number;
  /**
   * Sends a request body to a broker and decodes the response's body.
   * @param timeoutMs how long the answer may take; default: what the cluster is configured for
   */
  request<T>(nodeId: number, api: RequestApi, body: Buffer, decode: (response: Buffer) => T, timeoutMs?: number): Promise<T>;
  /** Node id of the group's coordinator, asked for anew. */
  findCoordinator(groupId: string): Promise<number>;
  close(): Promise<void>;
}
