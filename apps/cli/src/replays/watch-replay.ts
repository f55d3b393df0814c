import type { ShownReplay } from '../api/management-client.ts';
import type { Clock } from '../context.ts';
import { isOver } from './replay-text.ts';

const INTERVAL_MS = 1000;

/** The replay whenever it has changed, until it is over or the signal comes. */
export async function* watchReplay(
  from: ShownReplay,
  look: () => Promise<ShownReplay>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<ShownReplay> {
  let shown = from;
  yield shown;
  while (!isOver(shown)) {
    await clock.sleep(INTERVAL_MS, signal);
    const now = await look();
    if (JSON.stringify(now) === JSON.stringify(shown)) continue;
    shown = now;
    yield shown;
  }
}
