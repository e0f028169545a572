import type { Entry, Key, Store } from '../../../store/store.ts';
import type { Answer } from './answer.ts';
import type { RequestView } from './request.ts';

/**
 * A command on one key of a store. It reads the request before anything is awaited, and answers at once where a
 * near cache can, so that such commands cost no promise.
 *
 * @throws {CommandError} (or rejects with one, or with a StoreError)
 */
export type KeyCommand = (store: Store, request: RequestView) => Answer | Promise<Answer>;

/** Read an entry and answer with it, at once where the store can. */
export function answerFrom(
  store: Store,
  key: Key,
  answer: (entry: Entry | undefined) => Answer,
): Answer | Promise<Answer> {
  const known = store.peek?.(key);
  if (known !== undefined) return answer(known ?? undefined);
  return store.get(key).then(answer);
}
