import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderConfigTable, settingsOf } from '@hercules/service';
import { traceAnalyticsConfigSchema } from './config.ts';

it('the README lists the settings as they are', () => {
  const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
  const table = /<!-- settings -->\n\n([\s\S]*?)\n\n<!-- \/settings -->/.exec(readme)?.[1];
  expect(table).toBe(renderConfigTable(settingsOf(traceAnalyticsConfigSchema)));
});
