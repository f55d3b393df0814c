import type { Client } from '@elastic/elasticsearch';
import { type EventMapping, JsonTranscoder, type Logger } from '@hercules/protocol';
import { createEventFilter } from '@hercules/sink';
import { BulkEncoder } from './bulk-batch.ts';
import type { ElasticSinkConfig } from './config.ts';
import { ElasticAdapter } from './elastic-adapter.ts';
import { IndexCreator } from './index-creator.ts';
import { IndexNames } from './index-names.ts';
import { createIndexResolver } from './index-resolvers.ts';
import { installIndexTemplate } from './index-template.ts';
import { LogEventFilter } from './log-event-filter.ts';

export interface ElasticAdapterOptions {
  readonly config: ElasticSinkConfig;
  readonly mapping: EventMapping;
  readonly client: Client;
  readonly logger: Logger;
  /** What the names of all indexes end in; for replays. */
  readonly suffix?: string | undefined;
}

/** The adapter that the settings describe. @throws HerculesError BAD_CONFIG for resolvers or filters that cannot be */
export function createElasticAdapter({ config, mapping, client, logger, suffix }: ElasticAdapterOptions): ElasticAdapter {
  const { sink, index, timestampField, ignoreUnknownTags } = config;
  const resolvers = index.resolvers.map(createIndexResolver);
  const filters = [...sink.filters.map(createEventFilter), ...(config.filterLogEvents ? [new LogEventFilter()] : [])];
  const transcoder = new JsonTranscoder({ mapping, timestampField, ignoreUnknownTags });
  return new ElasticAdapter({
    client,
    encoder: new BulkEncoder(new IndexNames({ ...index, resolvers, suffix }), transcoder, filters),
    policy: { ...config, createIndexes: index.create },
    ...(index.create ? { indexCreator: new IndexCreator(client, index.policy, logger) } : {}),
    prepare: () => installIndexTemplate(client, config, logger, suffix),
  });
}
