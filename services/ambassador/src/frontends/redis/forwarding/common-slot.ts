import type { RawRoute } from '../../../store/raw-route.ts';
import type { Key } from '../../../store/store.ts';
import { CommandError } from '../commands/answer.ts';
import { replies } from '../commands/errors.ts';
import { keySlot } from '../upstream/cluster/key-slot.ts';

/**
 * The slot that all these keys have; undefined where there are no slots, or no keys.
 *
 * @throws {CommandError} CROSSSLOT where they have several
 */
export function commonSlot({ target, keyPrefix }: RawRoute, keys: readonly Key[]): number | undefined {
  const [first] = keys;
  if (target.topology.mode !== 'cluster' || first === undefined) return undefined;
  const slot = keySlot(keyPrefix + first);
  for (const key of keys) if (keySlot(keyPrefix + key) !== slot) throw new CommandError(replies.crossSlot);
  return slot;
}
