/** Stops the servers that the set-up of this jest run started, if it did. */
export default async function tearDown(): Promise<void> {
  await (globalThis as { stopTestServers?: () => Promise<void> }).stopTestServers?.();
}
