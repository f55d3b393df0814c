import { waitFor } from '@hercules/testing';
import type { AcknowledgedLoad } from './acknowledged-load.ts';

/** What is stored: by what an event is found, and how often it is there. */
export type Stored = ReadonlyMap<string, number>;

/** Waits until so many more events are acknowledged. */
export async function acknowledgedMore({ acknowledged }: AcknowledgedLoad, count: number, timeoutMs = 60_000): Promise<void> {
  const goal = acknowledged.size + count;
  await waitFor(() => acknowledged.size >= goal, timeoutMs, `${count} more events are acknowledged`);
}

/** Ends the load, waits until the sink has caught up, and expects every acknowledged event to be stored once. */
export async function expectAllStoredOnce(load: AcknowledgedLoad, readStored: () => Promise<Stored>): Promise<void> {
  const { acknowledged } = load;
  await load.stop();
  expect(acknowledged.size).toBeGreaterThan(0);
  const catchesUp = async (): Promise<boolean> => compareWithStore(acknowledged, await readStored()).missing.length === 0;
  await waitFor(catchesUp, 90_000, 'the sink catches up').catch(() => undefined);
  // What is missing after all that time, the comparison shows.
  const { missing, duplicated } = compareWithStore(acknowledged, await readStored());
  expect({
    of: acknowledged.size,
    missing: missing.length,
    duplicated: duplicated.length,
    examples: [...missing, ...duplicated].slice(0, 5),
  }).toEqual({
    of: acknowledged.size,
    missing: 0,
    duplicated: 0,
    examples: [],
  });
}

/** Both lists are empty when what is stored is what was acknowledged. */
function compareWithStore(acknowledged: ReadonlySet<string>, stored: Stored): { missing: string[]; duplicated: string[] } {
  return {
    missing: [...acknowledged].filter((key) => !stored.has(key)),
    duplicated: [...stored].filter(([, times]) => times > 1).map(([key]) => key),
  };
}
