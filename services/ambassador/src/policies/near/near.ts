import type { PolicySpec } from '../../config/policies-schema.ts';
import { bytesOf, millisecondsOf } from '../../schema/quantities.ts';
import type { Built } from '../../store/built.ts';
import { ChangeRelay } from '../../store/change-relay.ts';
import { onClose } from '../../store/on-close.ts';
import type { StoreMetrics } from '../store-metrics.ts';
import { MemoryNearCache } from './memory-near-cache.ts';
import { nearStore } from './near-store.ts';

type NearContext = { name: string; metrics: StoreMetrics };

/**
 * A near cache; over a Redis it is notified of every change, and it is empty while it cannot be. Raw frames may go past it,
 * since the endpoint forgets keys in it as it writes.
 */
export function near(inner: Built, spec: NonNullable<PolicySpec['near']>, { name, metrics }: NearContext): Built {
  const cache = new MemoryNearCache({
    maxBytes: bytesOf(spec.maxBytes),
    ttl: millisecondsOf(spec.ttl),
    negativeTtl: millisecondsOf(spec.negativeTtl),
    jitter: spec.jitter,
    staleWhileRevalidate: millisecondsOf(spec.staleWhileRevalidate),
    staleIfError: millisecondsOf(spec.staleIfError),
  });
  metrics.gauge(name, 'near_entries', () => cache.statistics.keys);
  metrics.gauge(name, 'near_bytes', () => cache.statistics.bytes);
  const store = nearStore(inner.store, cache, (event) => metrics.near(name, event));
  const { raw, changes } = inner;
  const cached: Built = { store, raw: raw && { ...raw, near: cache } };
  if (changes === undefined || !spec.tracking) return cached;
  const { keyPrefix: prefix } = changes;
  cache.suspend();
  const relay = new ChangeRelay();
  const tracking = changes.track({
    prefix,
    changed: (keys) => {
      if (keys === null) cache.clear();
      else cache.invalidate(keys.map((key) => key.slice(prefix.length)));
      relay.changed(keys?.map((key) => key.slice(prefix.length)) ?? null);
    },
    listening: () => {
      cache.resume();
      relay.listening();
    },
    deaf: (reason) => {
      cache.suspend();
      relay.deaf(reason);
    },
  });
  return {
    ...cached,
    store: onClose(store, () => tracking.close()),
    changes: { track: relay.track, keyPrefix: '' },
  };
}
