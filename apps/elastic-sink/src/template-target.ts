import type { ElasticSinkConfig } from './config.ts';

/** Which indexes a template is for. */
export interface TemplateTarget {
  readonly templateName: string;
  readonly patterns: readonly string[];
  /** Elasticsearch takes the template with the highest one, and refuses two with the same one whose patterns overlap. */
  readonly priority: number;
}

const PRIORITY_OF_PREFIX = 200;
/** Plus the pattern's length: the narrower pattern wins, and two of one length do not overlap. */
const PRIORITY_OF_STATIC_NAME = 300;
const PRIORITY_OF_INDEX = 900;

/**
 * The indexes that the sink may write: exactly those of a static name, otherwise all with its prefix.
 * @param suffix what the names of a replay's indexes end in
 * @returns undefined when that would be every index of the cluster, also those that are not ours
 */
export function templateTarget({ prefix, policy, resolvers }: ElasticSinkConfig['index'], suffix?: string): TemplateTarget | undefined {
  const [first] = resolvers;
  if (first?.type === 'static') {
    const name = `${prefix}${first.name}`;
    if (policy === 'STATIC') {
      const index = suffix === undefined ? name : `${name}-${suffix}`;
      return { templateName: index, patterns: [index], priority: PRIORITY_OF_INDEX };
    }
    const pattern = `${name}-*`;
    return { templateName: name, patterns: [pattern], priority: PRIORITY_OF_STATIC_NAME + pattern.length };
  }
  if (prefix === '') return undefined;
  return { templateName: prefix.replace(/[._-]+$/, ''), patterns: [`${prefix}*`], priority: PRIORITY_OF_PREFIX };
}
