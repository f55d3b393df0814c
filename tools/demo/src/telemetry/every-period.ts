/** How far behind the beginning of a period the call comes: timers may fire a little early, and must not fall into the period before. */
const BEHIND_MS = 200;

/**
 * Calls back once in each period of the wall clock, soon after it has begun: a store that keeps one point a period then has exactly one in
 * each.
 * @returns what ends it
 */
export function everyPeriod(periodMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  let lastPeriod = periodOf(Date.now(), periodMs);
  const wait = (): void => {
    const now = Date.now();
    // Periods that went by while the process was held up are left out.
    const next = Math.max(lastPeriod + 1, periodOf(now, periodMs));
    timer = setTimeout(
      () => {
        lastPeriod = next;
        callback();
        wait();
      },
      next * periodMs + BEHIND_MS - now,
    );
  };
  wait();
  return () => clearTimeout(timer);
}

function periodOf(ms: number, periodMs: number): number {
  return Math.floor(ms / periodMs);
}
