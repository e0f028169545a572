import type { PolicySpec } from '../../config/policies-schema.ts';
import { bytesOf, millisecondsOf } from '../../schema/quantities.ts';
import type { Built } from '../../store/built.ts';
import { ChangeRelay } from '../../store/change-relay.ts';
import { onClose } from '../../store/on-close.ts';
import type { StoreMetrics } from '../store-metrics.ts';
import { nearStore } from './near-store.ts';
import { NearTier } from './near-tier.ts';

type NearContext = { name: string; metrics: StoreMetrics };

/**
 * A near tier; over a Redis it hears of every change and remembers nothing while it can't. Raw frames may go past it,
 * since the endpoint forgets keys in it as it writes.
 */
export function near(inner: Built, spec: NonNullable<PolicySpec['near']>, { name, metrics }: NearContext): Built {
  const tier = new NearTier({
    maxBytes: bytesOf(spec.maxBytes),
    ttl: millisecondsOf(spec.ttl),
    negativeTtl: millisecondsOf(spec.negativeTtl),
    jitter: spec.jitter,
    staleWhileRevalidate: millisecondsOf(spec.staleWhileRevalidate),
    staleIfError: millisecondsOf(spec.staleIfError),
  });
  metrics.gauge(name, 'near_entries', () => tier.statistics.keys);
  metrics.gauge(name, 'near_bytes', () => tier.statistics.bytes);
  const store = nearStore(inner.store, tier, (event) => metrics.near(name, event));
  const { raw, changes } = inner;
  const cached: Built = { store, raw: raw && { ...raw, near: tier } };
  if (changes === undefined || !spec.tracking) return cached;
  const { keyPrefix: prefix } = changes;
  tier.suspend();
  const relay = new ChangeRelay();
  const tracking = changes.track({
    prefix,
    changed: (keys) => {
      if (keys === null) tier.clear();
      else tier.invalidate(keys.map((key) => key.slice(prefix.length)));
      relay.changed(keys?.map((key) => key.slice(prefix.length)) ?? null);
    },
    listening: () => {
      tier.resume();
      relay.listening();
    },
    deaf: (reason) => {
      tier.suspend();
      relay.deaf(reason);
    },
  });
  return {
    ...cached,
    store: onClose(store, () => tracking.close()),
    changes: { track: relay.track, keyPrefix: '' },
  };
}
