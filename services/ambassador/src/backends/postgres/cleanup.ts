import type { PostgresStore } from './postgres-store.ts';

/** Delete expired rows every `interval` milliseconds (0: never). Reads don't see them anyway. Returns what ends it. */
export function startCleanup(store: PostgresStore, interval: number): () => void {
  if (interval === 0) return () => undefined;
  // While the server is away there is nothing to clean; the next round comes.
  const timer = setInterval(() => void store.deleteExpired().catch(() => undefined), interval);
  timer.unref();
  return () => clearInterval(timer);
}
