import type { Command } from 'commander';
import { renderTable } from '../output/table.ts';
import { shownSettings } from '../settings/settings.ts';
import type { Environment } from '../context.ts';
import { action } from './action.ts';

/** `hercules config` */
export function addConfigCommand(program: Command, environment: Environment): void {
  program
    .command('config')
    .description('Show the settings in force and where they come from; keys are masked')
    .action(
      action(environment, async ({ loaded, output }) => {
        const settings = shownSettings(loaded.settings);
        output.result({ sources: loaded.sources, settings }, () =>
          [
            `from: ${loaded.sources.join(', then ') || 'nothing'}`,
            renderTable(
              ['setting', 'value'],
              Object.entries(settings).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
            ),
          ].join('\n'),
        );
        return Promise.resolve();
      }),
    );
}
