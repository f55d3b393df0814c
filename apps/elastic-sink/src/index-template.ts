import type { Client, estypes } from '@elastic/elasticsearch';
import type { Logger } from '@hercules/protocol';
import type { ElasticSinkConfig } from './config.ts';

/** Raised with every change of the template below, so that a newer sink replaces an older one's template and not the other way round. */
const TEMPLATE_VERSION = 1;

/** One template for each prefix, so that sinks with different prefixes do not replace each other's. */
export function indexTemplateName(prefix: string): string {
  return prefix.replace(/[._-]+$/, '');
}

const KEYWORD = { type: 'keyword', ignore_above: 8191 } as const;

function templateBody(config: Pick<ElasticSinkConfig, 'template' | 'index' | 'timestampField'>): estypes.IndicesPutIndexTemplateRequest {
  const { template, index, timestampField } = config;
  return {
    name: indexTemplateName(index.prefix),
    index_patterns: [`${index.prefix}*`],
    priority: 200,
    version: TEMPLATE_VERSION,
    _meta: { description: 'Log events of Hercules' },
    template: {
      settings: {
        'index.number_of_shards': template.shards,
        'index.number_of_replicas': template.replicas,
        'index.refresh_interval': `${template.refreshIntervalMs}ms`,
        'index.mapping.total_fields.limit': template.totalFieldsLimit,
        // One producer with endless field names must not cost the others their documents.
        'index.mapping.total_fields.ignore_dynamic_beyond_limit': true,
        // A value that does not fit its field's type leaves the rest of the document findable; the field is named in `_ignored`.
        'index.mapping.ignore_malformed': true,
      } as estypes.IndicesIndexSettings,
      mappings: {
        date_detection: false,
        numeric_detection: false,
        dynamic_templates: [{ strings: { match_mapping_type: 'string', mapping: KEYWORD } }],
        properties: {
          // Nanoseconds keep the order of events within a millisecond: their time has a resolution of 100 ns.
          [timestampField]: { type: 'date_nanos', ignore_malformed: false },
          message: { type: 'text' },
          messageTemplate: { type: 'text', fields: { keyword: KEYWORD } },
          stackTrace: { type: 'text' },
          level: { type: 'keyword' },
          utcOffset: { type: 'long' },
          traceId: { type: 'keyword' },
          spanId: { type: 'keyword' },
        },
      },
    },
  };
}

/**
 * Installs the index template, unless one of this or a later version, or one that somebody made by hand, is there under its name.
 * @throws the client's error when Elasticsearch cannot be reached or refuses; the sink loop repeats the call
 */
export async function installIndexTemplate(
  client: Client,
  config: Pick<ElasticSinkConfig, 'template' | 'index' | 'timestampField'>,
  logger: Logger,
): Promise<void> {
  if (!config.template.install) return;
  if (config.index.prefix === '') {
    // A template for every index of the cluster would reach indexes that are not ours.
    logger.warn({}, 'the index template is not installed: with an empty index.prefix it would apply to every index of the cluster');
    return;
  }
  const name = indexTemplateName(config.index.prefix);
  const present = await client.indices.getIndexTemplate({ name }, { ignore: [404] });
  const installed = present.index_templates?.[0]?.index_template;
  // A template without a version was made by hand: it is the administrator's word.
  if (installed !== undefined && (installed.version ?? Infinity) >= TEMPLATE_VERSION) return;
  await client.indices.putIndexTemplate(templateBody(config));
  logger.info({ template: name, version: TEMPLATE_VERSION }, 'installed the index template');
}
