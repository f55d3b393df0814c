import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { CliContext, Environment } from '../context.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { applySteps, readCurrent } from '../plan/apply-plan.ts';
import { parsePlan } from '../plan/plan.ts';
import { diffPlan, type PlanStep } from '../plan/plan-diff.ts';
import { renderSteps } from '../plan/plan-text.ts';
import { action } from './action.ts';
import { confirm } from './confirm.ts';

interface ApplyOptions {
  readonly file: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `hercules apply` */
export function addApplyCommand(program: Command, environment: Environment): void {
  program
    .command('apply')
    .description('Make streams, timelines, rules, quotas and validations as a file says; shows the difference first')
    .requiredOption('-f, --file <plan.yaml>', 'the plan; - for standard input')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'only show the difference; ends with 3 if there is one')
    .action(
      action<ApplyOptions>(environment, async (context, _args, { file, yes, dryRun }) => {
        const { management, output } = context;
        const plan = parsePlan(await readPlan(context, file), environment.env, file);
        const steps = diffPlan(plan, await readCurrent(management, plan));
        if (steps.length === 0) return output.result(report(steps, false), () => 'Everything is as the plan says.');
        if (!output.isJson) output.line(renderSteps(steps));
        const conflicts = steps.filter(({ action }) => action === 'conflict');
        if (conflicts.length > 0) {
          if (output.isJson) output.result(report(steps, false), () => '');
          throw new CliError(
            `The plan asks for what cannot be changed: ${conflicts.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
            {
              exitCode: EXIT_CODE.conflict,
              hint: 'Nothing was applied. Take it out of the plan, or make something new under another name.',
            },
          );
        }
        if (dryRun === true) {
          if (output.isJson) output.result(report(steps, false), () => '');
          throw new CliError(`${steps.length} steps would be taken`, {
            exitCode: EXIT_CODE.wouldChange,
            hint: 'Leave --dry-run out to take them.',
          });
        }
        await confirm(context, `Take these ${steps.length} steps?`, yes);
        await applySteps(management, plan, steps, ({ kind, name }) => output.note(`done: ${kind} ${name}`));
        output.result(report(steps, true), () => `${steps.length} steps are done.`);
      }),
    );
}

function report(steps: readonly PlanStep[], isApplied: boolean): object {
  return { applied: isApplied, steps: steps.map(({ action, kind, name, changes }) => ({ action, kind, name, changes })) };
}

async function readPlan({ environment }: CliContext, file: string): Promise<string> {
  if (file === '-') {
    let text = '';
    for await (const chunk of environment.stdin) text += String(chunk);
    return text;
  }
  try {
    return await readFile(resolve(environment.cwd, file), 'utf8');
  } catch (error) {
    throw CliError.usage(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
