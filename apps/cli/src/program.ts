import { Command } from 'commander';
import { addApplyCommand } from './commands/apply-command.ts';
import { addAuditCommand } from './commands/audit-command.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addConfigCommand } from './commands/config-command.ts';
import { addDeadLetterCommands } from './commands/dead-letter-commands.ts';
import { addDoctorCommand } from './commands/doctor-command.ts';
import { addKeyCommands } from './commands/key-commands.ts';
import { addQuotaCommands } from './commands/quota-commands.ts';
import { addReadCommands } from './commands/read-commands.ts';
import { addReplayCommands } from './commands/replay-commands.ts';
import { addRuleCommands } from './commands/rule-commands.ts';
import { addSendCommand } from './commands/send-command.ts';
import { addStreamCommands } from './commands/stream-commands.ts';
import { addTimelineCommands } from './commands/timeline-commands.ts';
import { addTopCommand } from './commands/top-command.ts';
import { addTraceCommand } from './commands/trace-command.ts';
import { addValidationCommands } from './commands/validation-commands.ts';
import type { Environment } from './context.ts';

/** All commands. What commander has to say about the command line is thrown, so that it can be told as JSON too. */
export function createProgram(environment: Environment): Command {
  const program = new Command('hercules')
    .description('Manage, feed, watch and mend Hercules')
    .option('--json', 'answer with JSON documents, one a line; errors too')
    .option('--config <file>', 'settings; ~/.config/hercules/config.yaml if left out')
    .option('--profile <name>', 'which profile of the settings')
    .exitOverride()
    .configureOutput({ writeOut: (text) => environment.stdout.write(text), writeErr: () => undefined });
  const groups = [
    addStreamCommands,
    addTimelineCommands,
    addRuleCommands,
    addKeyCommands,
    addQuotaCommands,
    addValidationCommands,
    addApplyCommand,
    addSendCommand,
    addReadCommands,
    addTopCommand,
    addTraceCommand,
    addDoctorCommand,
    addDeadLetterCommands,
    addAuditCommand,
    addReplayCommands,
    addConfigCommand,
    addCompletionCommand,
  ];
  for (const add of groups) add(program, environment);
  return program;
}
