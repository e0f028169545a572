import type { Built } from '../store/built.ts';
import { drainable } from './drainable.ts';
import { type PolicySpec, policies } from './policies.ts';
import type { Place, PolicyContext } from './policy.ts';

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
      for (const policy of spec.policies.toReversed()) built = apply(policy, { name, inner: built, other, context });
    } catch (error) {
      built.store.close().catch(() => undefined);
      throw error;
    }
    return spec.driver === 'route' && spec.policies.length === 0
      ? built
      : { ...built, store: drainable(built.store, context.metrics.measure(name)) };
  };
}

const byName: Record<string, { build(settings: unknown, place: Place): Built }> = policies;

/** An entry of the file has exactly one key: the name of the policy. */
function apply(policy: PolicySpec, place: Place): Built {
  return Object.entries(policy).reduce(
    (inner, [name, settings]) => byName[name]?.build(settings, { ...place, inner }) ?? inner,
    place.inner,
  );
}
