import { type Around, intercept } from '../engine/intercept.ts';
import type { Store } from '../engine/store.ts';
import { StoreError } from '../engine/store-error.ts';

/** Give up waiting after so many milliseconds. A write given up may happen all the same. */
export function timeout(inner: Store, milliseconds: number): Store {
  const around: Around = async (_operation, run) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new StoreError('ERR_TIMEOUT', `no answer within ${milliseconds} ms`, { outcome: 'unknown' }));
      }, milliseconds);
    });
    try {
      return await Promise.race([run(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return intercept(inner, around, { keepPeek: true });
}
