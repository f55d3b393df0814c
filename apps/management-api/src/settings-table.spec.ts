import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderConfigTable, settingsOf } from '@hercules/service';
import { managementApiConfigSchema } from './config.ts';

it('README.md has the table of the settings as they are', () => {
  const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
  const [, table] = /<!-- settings -->\n+([^]*?)\n+<!-- \/settings -->/.exec(readme) ?? [];
  expect(table).toBe(renderConfigTable(settingsOf(managementApiConfigSchema)));
});
