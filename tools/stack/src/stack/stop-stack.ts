import { stopProcess } from '../process/stop-process.ts';
import { type ComponentName, shownName, STOP_WAVES } from './component-name.ts';
import type { ProcessRecords } from './process-records.ts';

/** How long a component may take to stop before it is killed, in ms. */
const GRACE_MS = 30_000;

/** Stops the named components in the graceful order, those of one wave at once; what is not recorded as running is left out. */
export async function stopComponents(
  names: readonly ComponentName[],
  records: ProcessRecords,
  print: (line: string) => void,
): Promise<number> {
  let stopped = 0;
  const stop = async (name: ComponentName): Promise<void> => {
    const identity = records.alive(name);
    if (identity) {
      const how = await stopProcess(identity, GRACE_MS);
      print(how === 'killed' ? `${shownName(name)}: killed, it did not stop within ${GRACE_MS / 1000} s` : `${shownName(name)}: stopped`);
      stopped++;
    }
    records.forget(name);
  };
  for (const wave of STOP_WAVES) await Promise.all(wave.filter((name) => names.includes(name)).map(stop));
  return stopped;
}
