import { setTimeout as sleep } from 'node:timers/promises';
import type { Built } from '../store/built.ts';
import { type Around, intercept } from '../store/intercept.ts';
import type { Store } from '../store/store.ts';
import { type PolicySpec, policies } from './policies.ts';
import type { PolicyContext, PolicyPlace } from './policy.ts';

/** Wrap a store in its policies, the last of the list first, so that the first is outermost, and measure the whole. */
export function composeWith(context: PolicyContext) {
  return (
    name: string,
    spec: { driver: string; policies: readonly PolicySpec[] },
    backend: Built,
    other: (name: string) => Built,
  ): Built => {
    let built = backend;
    try {
      for (const policy of spec.policies.toReversed())
        built = applyPolicy(policy, { name, inner: built, other, context });
    } catch (error) {
      built.store.close().catch(() => undefined);
      throw error;
    }
    return spec.driver === 'route' && spec.policies.length === 0
      ? built
      : { ...built, store: drainable(built.store, context.metrics.measure(name)) };
  };
}

const byName: Record<string, { build(settings: unknown, place: PolicyPlace): Built }> = policies;

/** An entry of the file has exactly one key: the name of the policy. */
function applyPolicy(policy: PolicySpec, place: PolicyPlace): Built {
  return Object.entries(policy).reduce(
    (inner, [name, settings]) => byName[name]?.build(settings, { ...place, inner }) ?? inner,
    place.inner,
  );
}

/** Milliseconds that a close waits for operations. */
const closeTimeout = 10_000;

/** The store with `around` around its operations. Its close first waits for the operations in flight. */
function drainable(inner: Store, around: Around): Store {
  let inFlight = 0;
  let idle: (() => void) | undefined;
  const counted = intercept(
    inner,
    async (operation, run) => {
      inFlight += 1;
      try {
        return await around(operation, run);
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
      if (inFlight > 0) await Promise.race([done, sleep(closeTimeout, undefined, { ref: false })]);
      await inner.close();
    },
  };
}
