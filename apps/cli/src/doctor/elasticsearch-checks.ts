import { HttpClient } from '../api/http-client.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import type { Finding } from './finding.ts';

interface IndexTemplate {
  readonly name: string;
  readonly index_template: { readonly _meta?: { readonly description?: string } };
}

/** Health of Elasticsearch, and whether it has index templates for what the sinks write. */
export async function checkElasticsearch({ settings, signal }: CliContext): Promise<Finding[]> {
  const { elasticsearch } = settings;
  if (elasticsearch === undefined) return [{ check: 'elasticsearch', status: 'skipped', detail: 'no elasticsearch is set' }];
  const http = new HttpClient({ name: 'elasticsearch', url: elasticsearch });
  const options = { signal, timeoutMs: 5000 };
  try {
    const { status } = await http.json<{ status: string }>('/_cluster/health', options);
    const { index_templates: templates } = await http.json<{ index_templates: IndexTemplate[] }>('/_index_template', options);
    // The sinks name them after the prefix of their indexes and say in _meta whose they are.
    const names = templates.filter((item) => item.index_template._meta?.description?.includes('Hercules')).map(({ name }) => name);
    return [
      {
        check: 'elasticsearch',
        status: status === 'red' ? 'failed' : 'ok',
        detail: `is ${status}`,
        ...(status === 'red' ? { advice: 'Some shards are missing: GET /_cluster/allocation/explain says why.' } : {}),
      },
      names.length > 0
        ? { check: 'index templates', status: 'ok', detail: names.join(', ') }
        : {
            check: 'index templates',
            status: 'warning',
            detail: 'there are none of Hercules',
            advice: 'elastic-sink puts them when it starts, unless its settings say no: look at its log.',
          },
    ];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ check: 'elasticsearch', status: 'failed', detail: error.message, advice: 'Start it, or correct its URL.' }];
  }
}
