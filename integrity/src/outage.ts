import { waitFor } from '@hercules/testing';

const OUTAGE_MS = 20_000;

/** The length of the outage is what is tested, so here time itself is waited for. */
export async function outage(meanwhile: () => void = () => undefined): Promise<void> {
  const end = Date.now() + OUTAGE_MS;
  await waitFor(
    () => {
      meanwhile();
      return Date.now() >= end;
    },
    OUTAGE_MS + 5000,
    'the outage is over',
  );
}
