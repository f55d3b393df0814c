/**
 * Asks again and again until the answer is neither undefined nor false; an attempt that throws counts as "not yet".
 * @throws Error naming what was waited for
 */
export async function waitUntil<T>(
  what: string,
  timeoutMs: number,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const result = await attempt();
      if (result !== undefined && result !== false) return result;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) throw new Error(`waited ${timeoutMs} ms for this: ${what}`, { cause: lastError });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
