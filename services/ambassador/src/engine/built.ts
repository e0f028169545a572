import type { RawRoute } from './engine.ts';
import type { Store } from './store.ts';

/** A store under construction: with what policies have left of the way past it for raw Redis frames. */
export type Built = { store: Store; raw: RawRoute | undefined };
