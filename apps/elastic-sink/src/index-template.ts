import type { Client, estypes } from '@elastic/elasticsearch';
import type { Logger } from '@hercules/protocol';
import type { ElasticSinkConfig } from './config.ts';
import { fieldMappings, KEYWORD } from './field-mappings.ts';
import { type TemplateTarget, templateTarget } from './template-target.ts';

/** Raised with every change of the template below, so that a newer sink replaces an older one's template and not the other way round. */
const TEMPLATE_VERSION = 1;

type TemplateConfig = Pick<ElasticSinkConfig, 'template' | 'index' | 'timestampField' | 'mapping'>;

function templateBody(
  config: TemplateConfig,
  { templateName, patterns, priority }: TemplateTarget,
): estypes.IndicesPutIndexTemplateRequest {
  const { template } = config;
  return {
    name: templateName,
    index_patterns: [...patterns],
    priority,
    version: TEMPLATE_VERSION,
    _meta: { description: config.mapping === 'annotation-event' ? 'Annotations of Hercules' : 'Log events of Hercules' },
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
        properties: fieldMappings(config),
      },
    },
  };
}

/**
 * Installs the index template, unless one of this or a later version, or one that somebody made by hand, is there under its name.
 * @param suffix of the indexes of a replay
 * @throws the client's error when Elasticsearch cannot be reached or refuses; the sink loop repeats the call
 */
export async function installIndexTemplate(client: Client, config: TemplateConfig, logger: Logger, suffix?: string): Promise<void> {
  if (!config.template.install) return;
  const target = templateTarget(config.index, suffix);
  if (target === undefined) {
    logger.warn({}, 'the index template is not installed: with an empty index.prefix it would apply to every index of the cluster');
    return;
  }
  const { templateName: name } = target;
  const present = await client.indices.getIndexTemplate({ name }, { ignore: [404] });
  const installed = present.index_templates?.[0]?.index_template;
  // A template without a version was made by hand: it is the administrator's word.
  if (installed !== undefined && (installed.version ?? Infinity) >= TEMPLATE_VERSION) return;
  await client.indices.putIndexTemplate(templateBody(config, target));
  logger.info({ template: name, version: TEMPLATE_VERSION }, 'installed the index template');
}
