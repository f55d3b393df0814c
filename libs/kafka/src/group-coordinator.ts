import type { ClusterAccess, RequestApi } from './cluster-access.ts';

/** The broker that coordinates a group; it is looked up when first needed and again whenever it turned out to be another one. */
export class GroupCoordinator {
  readonly groupId: string;
  readonly #cluster: ClusterAccess;
  #nodeId: number | undefined;

  constructor(cluster: ClusterAccess, groupId: string) {
    this.#cluster = cluster;
    this.groupId = groupId;
  }

  /** Sends a request to the coordinator; a connection that fails makes the next request look it up again. */
  async request<T>(api: RequestApi, body: Buffer, decode: (response: Buffer) => T, timeoutMs?: number): Promise<T> {
    const nodeId = (this.#nodeId ??= await this.#cluster.findCoordinator(this.groupId));
    try {
      return await this.#cluster.request(nodeId, api, body, decode, timeoutMs);
    } catch (error) {
      if (this.#nodeId === nodeId) this.#nodeId = undefined;
      throw error;
    }
  }

  /** The coordinator said that it is none, or is not ready. */
  forget(): void {
    this.#nodeId = undefined;
  }
}
