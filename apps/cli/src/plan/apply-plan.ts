import type { Stream, Timeline } from '@hercules/metadata';
import type { ManagementClient } from '../api/management-client.ts';
import { CliError } from '../cli-error.ts';
import { grantsOf } from '../commands/grants.ts';
import type { Plan } from './plan.ts';
import type { Current, PlanStep } from './plan-diff.ts';

/** Reads what there is of what the plan names; lists that the plan does not need are not asked for. */
export async function readCurrent(management: ManagementClient, plan: Plan): Promise<Current> {
  const [streams, timelines, rules, quotas, validations] = await Promise.all([
    plan.streams.length === 0 ? [] : management.streams(),
    plan.timelines.length === 0 ? [] : management.timelines(),
    plan.rules.length === 0 ? [] : management.rules(),
    plan.quotas.length === 0 ? [] : management.quotas(),
    plan.validations.length === 0 ? [] : management.validations(),
  ]);
  const there = <T>(wanted: readonly { readonly name: string }[], names: readonly string[], read: (name: string) => Promise<T>) =>
    Promise.all(wanted.filter(({ name }) => names.includes(name)).map(async ({ name }) => [name, await read(name)] as const));
  return {
    streams: new Map<string, Stream>(await there(plan.streams, streams, (name) => management.stream(name))),
    timelines: new Map<string, Timeline>(await there(plan.timelines, timelines, (name) => management.timeline(name))),
    grants: grantsOf(rules),
    quotas,
    validations,
  };
}

/**
 * Carries the steps out, one after another. Each is idempotent, so a plan that stopped half-way is applied again.
 * @throws CliError that says which step failed and how many were done
 */
export async function applySteps(
  management: ManagementClient,
  plan: Plan,
  steps: readonly PlanStep[],
  report: (step: PlanStep) => void,
): Promise<void> {
  let done = 0;
  for (const step of steps) {
    try {
      await applyStep(management, plan, step);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      throw new CliError(`${step.kind} ${step.name}: ${error.message}`, {
        exitCode: error.exitCode,
        hint: `${done} of ${steps.length} steps are done; apply again to go on. ${error.hint ?? ''}`.trim(),
        ...(error.status === undefined ? {} : { status: error.status }),
        cause: error,
      });
    }
    done++;
    report(step);
  }
}

async function applyStep(management: ManagementClient, plan: Plan, { action, kind, name, index, changes }: PlanStep): Promise<void> {
  switch (kind) {
    case 'stream': {
      const stream = plan.streams[index]!;
      if (action === 'create') return management.createStream(stream);
      for (const { field } of changes) {
        if (field === 'ttl') await management.changeStreamTtl(name, stream.ttl);
        else if (field === 'partitions') await management.increasePartitions(name, stream.partitions);
        else await management.changeStreamDescription(name, stream.description ?? '');
      }
      return;
    }
    case 'timeline': {
      const timeline = plan.timelines[index]!;
      return action === 'create' ? management.createTimeline(timeline) : management.changeTimelineTtl(name, timeline.ttl);
    }
    case 'rule': {
      const { key, pattern, rights } = plan.rules[index]!;
      return management.setRule(key, pattern, rights);
    }
    case 'quota':
      return management.setQuota(plan.quotas[index]! as Parameters<ManagementClient['setQuota']>[0]);
    case 'validation': {
      const { key, stream, filters } = plan.validations[index]!;
      return management.setValidation(key, stream, filters);
    }
  }
}
