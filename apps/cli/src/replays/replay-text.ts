import type { ShownReplay } from '../api/management-client.ts';

/** Whether nothing more happens to it. */
export function isOver({ state }: ShownReplay): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

export function targetText({ target, dryRun }: ShownReplay): string {
  const name =
    target.type === 'sink' ? target.sink : target.type === 'timeline' ? `timeline ${target.timeline}` : `stream ${target.stream}`;
  const suffix = 'suffix' in target && target.suffix !== undefined ? `, suffix ${target.suffix}` : '';
  return `${name}${suffix}${dryRun ? ' (dry run)' : ''}`;
}

/** How far it is, on one line. */
export function progressLine({ state, percent, secondsLeft, progress, dryRun }: ShownReplay): string {
  const parts = [state, percent === undefined ? '' : `${percent.toFixed(1)} %`];
  if (progress !== undefined) {
    const { counts, recordsPerSecond, storeAvailable, error } = progress;
    parts.push(`${counts.written} ${dryRun ? 'match' : 'written'}`);
    for (const [count, what] of [
      [counts.filtered, 'filtered'],
      [counts.duplicated, 'there already'],
      [counts.deadLettered, 'dead letters'],
      [counts.expired, 'lost to retention'],
    ] as const)
      if (count > 0) parts.push(`${count} ${what}`);
    if (state === 'running') parts.push(`${Math.round(recordsPerSecond)} records/s`);
    if (secondsLeft !== undefined) parts.push(`${secondsText(secondsLeft)} left`);
    if (!storeAvailable) parts.push('the target takes no writes now');
    if (error !== undefined) parts.push(error);
  }
  return parts.filter((part) => part !== '').join(', ');
}

/** Name and value of all that there is to say. */
export function describeReplay(shown: ShownReplay): [string, string][] {
  const { stream, fromMs, toMs, filters, eventsPerSecond, createdAt, createdBy, records, progress } = shown;
  return [
    ['stream', stream],
    ['from', new Date(fromMs).toISOString()],
    ['to', new Date(toMs).toISOString()],
    ['into', targetText(shown)],
    ...(filters.length === 0 ? [] : ([['filters', JSON.stringify(filters)]] as [string, string][])),
    ...(eventsPerSecond === undefined ? [] : ([['limit', `${eventsPerSecond} events/s`]] as [string, string][])),
    ['progress', progressLine(shown)],
    ...(records === undefined ? [] : ([['records', String(records)]] as [string, string][])),
    ...(progress === undefined ? [] : ([['executor', progress.executor]] as [string, string][])),
    ['asked for', `${new Date(createdAt).toISOString()} by ${createdBy}`],
  ];
}

/** `45s`, `3m 20s`, `2h 5m` */
function secondsText(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
}
