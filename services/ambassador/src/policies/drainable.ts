import { setTimeout as sleep } from 'node:timers/promises';
import { intercept } from '../store/intercept.ts';
import type { Store } from '../store/store.ts';

/** The store, whose close first waits up to `timeout` milliseconds for the operations that were begun. */
export function drainable(inner: Store, timeout = 10_000): Store {
  let inFlight = 0;
  let idle: (() => void) | undefined;
  const counted = intercept(
    inner,
    async (_operation, run) => {
      inFlight += 1;
      try {
        return await run();
      } finally {
        inFlight -= 1;
        if (inFlight === 0) idle?.();
      }
    },
    { keepPeek: true, pings: false },
  );
  return {
    ...counted,
    close: async () => {
      const done = new Promise<void>((resolve) => {
        idle = resolve;
      });
      if (inFlight > 0) await Promise.race([done, sleep(timeout, undefined, { ref: false })]);
      await inner.close();
    },
  };
}
