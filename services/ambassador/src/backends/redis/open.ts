import { describeError } from '@podkit/chassis/errors';
import type { Built } from '../../store/built.ts';
import type { TrackChanges } from '../../store/changes.ts';
import type { RedisTarget } from '../../store/raw-route.ts';
import { createRedisClient } from './redis-client.ts';
import { RedisStore } from './redis-store.ts';
import type { RedisSpec } from './schema.ts';
import { toTarget } from './target.ts';

export type BackendContext = { warn: (message: string) => void; track: (target: RedisTarget) => TrackChanges };

/** Open a Redis by its part of the file. */
export function openRedis(name: string, spec: RedisSpec, { warn, track }: BackendContext): Built {
  const target = toTarget(spec);
  let lastFailure = 'there is no connection yet';
  const client = createRedisClient(target, (error) => {
    lastFailure = describeFailure(error);
    warn(`store ${name}: ${lastFailure}`);
  });
  const { waitReplicas } = spec;
  const { commandTimeout } = target;
  const store = new RedisStore({ name, client, waitReplicas, commandTimeout, lastFailure: () => lastFailure });
  return { store, raw: { target, keyPrefix: '', near: undefined }, changes: { track: track(target), keyPrefix: '' } };
}

/** ioredis says why a cluster cannot be reached only in a property of its own. */
const describeFailure = (error: Error): string =>
  'lastNodeError' in error && error.lastNodeError !== undefined
    ? `${describeError(error)} ${describeError(error.lastNodeError)}`
    : describeError(error);
