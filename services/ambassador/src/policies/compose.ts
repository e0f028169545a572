import type { StoreSpec } from '../config/file-schema.ts';
import type { PolicySpec } from '../config/policies-schema.ts';
import type { RawRoute, RedisTarget } from '../routing/engine.ts';
import { bytesOf, millisecondsOf } from '../schema/quantities.ts';
import type { Built } from '../store/built.ts';
import { keyOfText } from '../store/key.ts';
import type { Changes } from '../store/near-cache.ts';
import { both, type RawGuard } from '../store/raw-guard.ts';
import type { Store } from '../store/store.ts';
import { Bulkhead, bulkhead } from './bulkhead.ts';
import { CircuitBreaker, circuitBreaker } from './circuit-breaker.ts';
import { compression } from './compression.ts';
import { drainable } from './drainable.ts';
import { encryption, readKey } from './encryption.ts';
import { failover } from './failover.ts';
import { faults } from './faults.ts';
import { keyPrefix, prefixOf } from './key-prefix.ts';
import { mirror } from './mirror.ts';
import { near } from './near/near.ts';
import { retry } from './retry.ts';
import type { StoreMetrics } from './store-metrics.ts';
import { timeout } from './timeout.ts';
import type { Leases } from './write-behind/leases.ts';
import { WriteBehind } from './write-behind/write-behind.ts';
import { writeBehindStore } from './write-behind/write-behind-store.ts';

export type ComposeContext = {
  appId: string;
  namespace: string | undefined;
  metrics: StoreMetrics;
  warn: (message: string) => void;
  leases: Leases;
};

type Part = { name: string; inner: Built; other: (name: string) => Built; context: ComposeContext };

/** Put a store's policies around it, the last of the list first, so that the first is outermost; and measure it all. */
export function composeWith(context: ComposeContext) {
  return (name: string, spec: StoreSpec, backend: Built, other: (name: string) => Built): Built => {
    const built = spec.policies.reduceRight((inner, policy) => apply(policy, { name, inner, other, context }), backend);
    return spec.driver === 'route' && spec.policies.length === 0
      ? built
      : { ...built, store: context.metrics.measure(name, drainable(built.store)) };
  };
}

/** A policy through which raw Redis frames may still go past must say so by keeping `raw`. */
function apply(policy: PolicySpec, part: Part): Built {
  const { name, inner, other, context } = part;
  const { metrics } = context;
  if (policy.keyPrefix !== undefined) return prefixed(policy.keyPrefix, part);
  if (policy.near !== undefined) return near(inner, policy.near, { name, metrics });
  if (policy.timeout !== undefined) {
    const milliseconds = millisecondsOf(policy.timeout);
    const raw = inner.raw && { ...inner.raw, target: withTimeout(inner.raw.target, milliseconds) };
    return { ...inner, store: timeout(inner.store, milliseconds), raw };
  }
  if (policy.retry !== undefined) {
    const { minDelay, maxDelay, ...rest } = policy.retry;
    const delays = { minDelay: millisecondsOf(minDelay), maxDelay: millisecondsOf(maxDelay) };
    return { ...inner, store: retry(inner.store, { ...rest, ...delays, onRetry: () => metrics.event(name, 'retry') }) };
  }
  if (policy.circuitBreaker !== undefined) {
    const { failures, openFor } = policy.circuitBreaker;
    const onState = metrics.breaker(name);
    const breaker = new CircuitBreaker({ failures, openFor: millisecondsOf(openFor), onState });
    return { ...inner, store: circuitBreaker(inner.store, breaker), raw: guarded(inner.raw, breaker) };
  }
  if (policy.bulkhead !== undefined) {
    const hold = new Bulkhead({ ...policy.bulkhead, queueTimeout: millisecondsOf(policy.bulkhead.queueTimeout) });
    metrics.gauge(name, 'bulkhead_in_flight', () => hold.inFlight);
    metrics.gauge(name, 'bulkhead_queued', () => hold.queued);
    return { ...inner, store: bulkhead(inner.store, hold), raw: guarded(inner.raw, hold) };
  }
  if (policy.writeBehind !== undefined) return opaque(behind(policy.writeBehind, part));
  if (policy.mirror !== undefined) {
    const { to, ...options } = policy.mirror;
    const onResult = (result: string) => metrics.event(name, `mirror_${result}`);
    return opaque(mirror(inner.store, other(to).store, { ...options, onResult }), inner.changes);
  }
  if (policy.failover !== undefined) {
    const onFailover = () => metrics.event(name, 'failover');
    return opaque(failover(inner.store, other(policy.failover.to).store, { ...policy.failover, onFailover }));
  }
  if (policy.faults !== undefined) {
    const { delay, prefix, ...rest } = policy.faults;
    return opaque(
      faults(inner.store, { ...rest, delay: millisecondsOf(delay), prefix: keyOfText(prefix) }),
      inner.changes,
    );
  }
  if (policy.encryption !== undefined) {
    const { keys, acceptPlaintext } = policy.encryption;
    return opaque(encryption(inner.store, keys.map(readKey), acceptPlaintext), inner.changes);
  }
  if (policy.compression !== undefined) {
    const { minBytes, level } = policy.compression;
    return opaque(compression(inner.store, { minBytes: bytesOf(minBytes), level }), inner.changes);
  }
  return inner;
}

function prefixed(setting: string, { name, inner, context }: Part): Built {
  const prefix = prefixOf(setting, { appId: context.appId, namespace: context.namespace, store: name });
  if (prefix === '') return inner;
  // A near cache under a prefix knows the keys with it; the endpoint, which looks them up without, must not use it.
  const raw = inner.raw?.near === undefined ? inner.raw : undefined;
  const { changes } = inner;
  return {
    store: keyPrefix(inner.store, prefix),
    raw: raw && { ...raw, keyPrefix: prefix + raw.keyPrefix },
    changes: changes && { ...changes, keyPrefix: prefix + changes.keyPrefix },
  };
}

function behind(spec: NonNullable<PolicySpec['writeBehind']>, { name, inner, context }: Part): Store {
  const { journal, maxBytes, ...rest } = spec;
  const warn = (message: string) => context.warn(`store ${name}: ${message}`);
  const queue = new WriteBehind(inner.store, {
    ...rest,
    folder: journal,
    maxBytes: bytesOf(maxBytes),
    warn,
    lease: () => context.leases.take(journal),
  });
  context.metrics.gauge(name, 'write_behind_entries', () => queue.pending.size);
  context.metrics.gauge(name, 'write_behind_bytes', () => queue.pending.bytes);
  return writeBehindStore(inner.store, queue);
}

const opaque = (store: Store, changes?: Changes): Built => ({ store, raw: undefined, changes });

const guarded = (raw: RawRoute | undefined, guard: RawGuard): RawRoute | undefined =>
  raw && { ...raw, guard: both(guard, raw.guard) };

const withTimeout = (target: RedisTarget, milliseconds: number): RedisTarget => ({
  ...target,
  commandTimeout: Math.min(target.commandTimeout, milliseconds),
});
