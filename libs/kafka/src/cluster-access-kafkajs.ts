import type { ClusterAccess } from './cluster-access.ts';
import type { KafkaCluster } from './cluster.ts';

/** Connections of its own for a reader: its long waits must not hold up the requests of others. The reader connects and closes them. */
export function clusterAccess(cluster: KafkaCluster): ClusterAccess {
  return cluster.fork();
}
