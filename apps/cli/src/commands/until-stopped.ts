/** For commands that go on until Ctrl-C: being stopped is how they end well. Everything else is thrown on. */
export async function untilStopped(signal: AbortSignal, follow: () => Promise<void>): Promise<void> {
  try {
    await follow();
  } catch (error) {
    if (!signal.aborted || (error as Error).name !== 'AbortError') throw error;
  }
}
