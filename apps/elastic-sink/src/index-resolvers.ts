import type { ElasticSinkConfig } from './config.ts';
import { type IndexResolver, MatchingIndexResolver, StaticIndexResolver, StreamIndexResolver, TagsIndexResolver } from './index-name.ts';

/** @throws HerculesError BAD_CONFIG for an unusable static name or a bad file */
export function createIndexResolver(config: ElasticSinkConfig['index']['resolvers'][number]): IndexResolver {
  switch (config.type) {
    case 'tags':
      return new TagsIndexResolver(config.tags);
    case 'static':
      return new StaticIndexResolver(config.name);
    case 'matching':
      return MatchingIndexResolver.fromFile(config.file);
    case 'stream':
      return new StreamIndexResolver();
  }
}
