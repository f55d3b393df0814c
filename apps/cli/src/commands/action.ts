import type { Command } from 'commander';
import { CliContext, type Environment, type GlobalOptions } from '../context.ts';

/** The handler of a command for commander: it gets a context, its arguments (left-out ones undefined) and its options. */
export function action<Options extends object = object>(
  environment: Environment,
  handle: (context: CliContext, args: readonly string[], options: Options) => Promise<void>,
): (...all: unknown[]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command;
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    await handle(new CliContext(environment, options), (command.processedArgs as unknown[]).flat() as string[], options);
  };
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}
