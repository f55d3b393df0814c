import { stringifyJson } from '@hercules/metadata';
import { formatDuration } from '../output/duration.ts';
import { printable } from '../output/printable.ts';
import type { FieldChange, PlanStep } from './plan-diff.ts';

const SIGNS: Readonly<Record<PlanStep['action'], string>> = { create: '+', change: '~', conflict: '!' };
const DURATIONS = ['ttl', 'timetrapSize'];

/** The steps for people: `+` what is created, `~` what is changed, `!` what cannot be. */
export function renderSteps(steps: readonly PlanStep[]): string {
  return steps
    .flatMap(({ action, kind, name, changes }) => [
      `${SIGNS[action]} ${kind} ${name}`,
      ...changes.map((change) => `    ${changeText(change)}`),
    ])
    .join('\n');
}

function changeText({ field, from, to, conflict }: FieldChange): string {
  const text = (value: unknown): string =>
    DURATIONS.includes(field) && typeof value === 'number' ? formatDuration(value) : printable(stringifyJson(value));
  return `${field}: ${text(from)} → ${text(to)}${conflict === undefined ? '' : `  (${conflict})`}`;
}
