// Zipkin's page for the traces of the stack: node main.ts --port 9411 --query-api http://127.0.0.1:6307, the API key in HERCULES_DEMO_API_KEY.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { zipkinPage } from '../artifacts/zipkin-artifact.ts';
import { createZipkinSite } from './zipkin-site.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9411' },
    'query-api': { type: 'string', default: 'http://127.0.0.1:6307' },
  },
});
const site = createZipkinSite({
  page: await zipkinPage(),
  queryApi: values['query-api'],
  apiKey: process.env['HERCULES_DEMO_API_KEY'] ?? '',
});
site.listen(Number(values.port), '127.0.0.1');
await once(site, 'listening');
process.stdout.write(`${new Date().toISOString()} Zipkin's page listens on 127.0.0.1:${values.port}, traces from ${values['query-api']}\n`);
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
site.close();
site.closeAllConnections();
