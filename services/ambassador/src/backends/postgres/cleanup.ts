import type { PostgresStore } from './postgres-store.ts';

/**
 * Delete expired rows every `interval` milliseconds (0: never). Reads don't see them in any case. Returns a function
 * that stops it.
 */
export function startCleanup(store: PostgresStore, interval: number): () => void {
  if (interval === 0) return () => undefined;
  // A round that fails is not repeated; the next one comes.
  const timer = setInterval(() => void store.deleteExpired().catch(() => undefined), interval);
  timer.unref();
  return () => clearInterval(timer);
}
