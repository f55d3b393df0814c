// `npm start` and `npm run stop`: the real servers, the apps and a demo on this machine.
import { projectRoot } from './project-root.ts';
import { StackError } from './stack-error.ts';
import { parseStackOptions, USAGE } from './stack/stack-options.ts';
import { startCommand } from './stack/start-command.ts';
import { stopCommand } from './stack/stop-command.ts';
import { superviseCommand } from './stack/supervise-command.ts';

async function run(): Promise<number> {
  const options = parseStackOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const root = projectRoot(import.meta.dirname);
  switch (options.command) {
    case 'start':
      return startCommand(root, import.meta.filename, options);
    case 'stop':
      return stopCommand(root, options);
    case 'supervise':
      return superviseCommand(root, options);
  }
}

try {
  process.exit(await run());
} catch (error) {
  process.stderr.write(`${error instanceof StackError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
