import { MemoryStore } from '../../src/backends/memory/memory-store.ts';
import { intercept } from '../../src/store/intercept.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';

/** A memory store. */
export const memory = () => new MemoryStore({ name: 'memory', maxBytes: 1024 * 1024 });
export const one = Buffer.from('1');
export const unavailable = (outcome: 'not-applied' | 'unknown' = 'not-applied') =>
  new StoreError('ERR_UNAVAILABLE', 'away', { outcome });

/** A store whose operations first do what `before` says, counting them. */
export function scripted(inner: Store, before: (call: number) => Promise<void>): { store: Store; calls: () => number } {
  let calls = 0;
  const store = intercept(inner, async (_operation, run) => {
    calls += 1;
    await before(calls);
    return run();
  });
  return { store, calls: () => calls };
}

/** A store whose first operations fail. */
export const failing = (times: number, outcome?: 'not-applied' | 'unknown') =>
  scripted(memory(), async (call) => {
    if (call <= times) throw unavailable(outcome);
  });
