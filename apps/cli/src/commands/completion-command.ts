import { Argument, type Command } from 'commander';
import { commandTree } from '../completion/command-tree.ts';
import { completionScript, type Shell, SHELLS } from '../completion/scripts.ts';
import type { Environment } from '../context.ts';
import { action } from './action.ts';

/** `hercules completion` */
export function addCompletionCommand(program: Command, environment: Environment): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .description('Print a script that completes commands and options')
    .action(
      action(environment, ({ environment: { stdout } }, [shell]) => {
        stdout.write(completionScript(shell as Shell, commandTree(program)));
        return Promise.resolve();
      }),
    );
}
