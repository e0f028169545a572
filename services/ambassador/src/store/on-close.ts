import { intercept } from './intercept.ts';
import type { Store } from './store.ts';

/** The store, which does this first when it is closed. */
export function onClose(inner: Store, before: () => void | Promise<void>): Store {
  return {
    ...intercept(inner, (_operation, run) => run(), { keepPeek: true }),
    close: async () => {
      await before();
      await inner.close();
    },
  };
}
