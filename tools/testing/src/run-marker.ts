import { descendantsOf, identify, isAlive, killProcess, processesWithVariable } from '@hercules/stack';

/**
 * Every process of a test run carries this variable, whoever started it: so that at the end, and after a run that was killed, all of them are found and no
 * other. Its value names the process that runs the tests: `<pid>/<when it started>`.
 */
export const RUN_MARKER = 'HERCULES_TEST_RUN';

/** Marks this process and all that it will start, unless it belongs to a marked run already. Returns the marker. */
export function markRun(): string {
  const own = identify(process.pid)!;
  return (process.env[RUN_MARKER] ??= `${own.pid}/${own.startedAt}`);
}

/** Ends every process of the run `marker` but this one. Returns how many there were. */
export async function endProcessesOfRun(marker: string): Promise<number> {
  return endProcesses((other) => other === marker);
}

/** Ends what is left of runs that were killed before they could clean up. Returns the number of processes. */
export async function endProcessesOfDeadRuns(): Promise<number> {
  return endProcesses((marker) => {
    const slash = marker.indexOf('/');
    return !isAlive({ pid: Number(marker.slice(0, slash)), startedAt: marker.slice(slash + 1) });
  });
}

/** Ends them and what they have started, because a test may start a process with an environment of its own. */
async function endProcesses(select: (marker: string) => boolean): Promise<number> {
  const marked = processesWithVariable(RUN_MARKER).flatMap(({ identity, value }) =>
    identity.pid !== process.pid && select(value) ? [identity] : [],
  );
  const all = new Map([...marked, ...descendantsOf(marked.map(({ pid }) => pid))].map((identity) => [identity.pid, identity]));
  await Promise.all([...all.values()].map((identity) => killProcess(identity)));
  return all.size;
}
