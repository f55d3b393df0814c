/** How long what was given up may take to be counted, in ms. */
const LAST_MOMENT_MS = 500;

/**
 * Waits for what is under way.
 * @param deadlineMs after it `giveUp` is called once, and soon afterwards this resolves whatever is still open: Kafka may take longer to say no than there is time
 */
export async function endInTime(underWay: Promise<unknown>, deadlineMs: number, giveUp: () => void): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let lastMoment: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    giveUp();
    lastMoment = setTimeout(resolve, LAST_MOMENT_MS);
  }, deadlineMs);
  await Promise.race([underWay, over]);
  clearTimeout(timer);
  clearTimeout(lastMoment);
}
