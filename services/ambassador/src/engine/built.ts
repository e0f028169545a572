import type { RawRoute } from './engine.ts';
import type { Store } from './store.ts';

/** A store under construction: with what policies have left of the way past it for raw Redis frames. */
export type Built = { store: Store; raw: RawRoute | undefined };

/** A rule that chose between stores, for the explanation of a route. */
export type Choice = { store: string; why: string };
