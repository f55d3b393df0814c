import type { Client } from '@elastic/elasticsearch';
import type { Logger } from '@hercules/protocol';
import type { IndexPolicy } from './index-names.ts';

/**
 * Creates indexes that bulk requests found missing (sinks §2.3): the index itself for DAILY and STATIC, the first index behind a write alias
 * for ILM. Failures are logged only: the documents are written again and tell whether it has worked.
 */
export class IndexCreator {
  readonly #client: Client;
  readonly #policy: IndexPolicy;
  readonly #logger: Logger;

  constructor(client: Client, policy: IndexPolicy, logger: Logger) {
    this.#client = client;
    this.#policy = policy;
    this.#logger = logger;
  }

  async create(index: string): Promise<void> {
    try {
      if (this.#policy === 'ILM') await this.#createRolloverIndex(index);
      else await this.#client.indices.create({ index });
      await this.#client.cluster.health({ index, wait_for_active_shards: 1, timeout: '10s' });
      this.#logger.info({ index }, 'created a missing index');
    } catch (error) {
      this.#logger.warn({ err: error, index }, 'a missing index could not be created');
    }
  }

  async #createRolloverIndex(alias: string): Promise<void> {
    const name = `${alias}-rollover`;
    if (!(await this.#client.indices.existsIndexTemplate({ name }))) {
      await this.#client.indices.putIndexTemplate({
        name,
        index_patterns: [`${alias}-*`],
        // Longer names win over shorter ones, and all of them over the sink's general template.
        priority: 1000 + alias.length,
        template: { settings: { 'index.lifecycle.rollover_alias': alias } },
      });
    }
    await this.#client.indices.create({ index: `${alias}-000001`, aliases: { [alias]: { is_write_index: true } } });
  }
}
