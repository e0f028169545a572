import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { probability, size } from '../../schema/quantities.ts';
import type { Built } from '../../store/built.ts';
import { ChangeRelay } from '../../store/changes.ts';
import { onClose } from '../../store/intercept.ts';
import { definePolicy, type PolicyPlace } from '../policy.ts';
import { NearMemory } from './near-memory.ts';
import { nearStore } from './near-store.ts';

const nearSchema = strict(
  {
    maxBytes: size({ default: '32Mi', description: 'Memory budget of the cache.' }),
    ttl: yamlDuration({ default: '10s', description: 'How long an entry is fresh.' }),
    negativeTtl: yamlDuration({
      default: '1s',
      description: 'How long the absence of a key is remembered; 0 is never.',
    }),
    jitter: probability('Fraction by which a lifetime is shortened at random, against stampedes.', 0.1),
    staleWhileRevalidate: yamlDuration({
      default: '0',
      description: 'How long a stale entry is served while it is being revalidated.',
    }),
    staleIfError: yamlDuration({
      default: '0',
      description: 'How long a stale entry is served when the backend fails.',
    }),
    tracking: Type.Boolean({
      default: true,
      description:
        'Be notified of every change: by a Redis through CLIENT TRACKING, by a PostgreSQL with `notify` through LISTEN.',
    }),
  },
  { description: 'A near cache in front of the store; concurrent reads of a key are one read.' },
);

/**
 * A near cache; where the backend reports changes it keeps nothing while they are not reported. Raw frames may go past it,
 * since the endpoint invalidates keys in it as it writes.
 */
function near(spec: Static<typeof nearSchema>, { name, inner, context: { metrics } }: PolicyPlace): Built {
  const memory = new NearMemory(spec);
  metrics.gauge(name, 'near_entries', 'Entries of the near cache.', () => memory.size);
  metrics.gauge(name, 'near_bytes', 'Bytes of the near cache.', () => memory.bytes);
  const store = nearStore(inner.store, memory, metrics.near(name));
  const { raw, changes } = inner;
  const cached: Built = { store, raw: raw && { ...raw, near: memory } };
  if (changes === undefined || !spec.tracking) return cached;
  const { keyPrefix: prefix } = changes;
  memory.suspend();
  const relay = new ChangeRelay();
  const tracking = changes.track({
    prefix,
    changed: (keys) => {
      const own = keys?.map((key) => key.slice(prefix.length)) ?? null;
      if (own === null) memory.clear();
      else memory.invalidate(own);
      relay.changed(own);
    },
    connected: () => {
      memory.resume();
      relay.connected();
    },
    lost: (reason) => {
      memory.suspend();
      relay.lost(reason);
    },
  });
  return {
    ...cached,
    store: onClose(store, () => tracking.close()),
    changes: { track: relay.track, keyPrefix: '' },
  };
}

export const nearPolicy = definePolicy({ schema: nearSchema, build: near });
