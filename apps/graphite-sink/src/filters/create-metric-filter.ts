import type { MetricFilterConfig } from '../config.ts';
import { MetricAcl } from './metric-acl.ts';
import type { MetricFilter } from './metric-filter.ts';
import { TagList } from './tag-list.ts';

/** @throws HerculesError BAD_CONFIG when its file cannot be read, or a rule in it */
export function createMetricFilter(config: MetricFilterConfig): MetricFilter {
  switch (config.type) {
    case 'acl':
      return MetricAcl.fromFile(config.path, config.defaultStatement === 'PERMIT');
    case 'tagList':
      return TagList.fromFile(config.path, config.matchResult);
  }
}
