import { messageOf } from '@podkit/chassis/errors';
import type { Spec } from '../../config/file-schema.ts';
import type { RedisTarget } from '../../routing/engine.ts';
import type { Built } from '../../store/built.ts';
import type { TrackChanges } from '../../store/near-cache.ts';
import { connect } from './connect.ts';
import { RedisStore } from './redis-store.ts';
import { targetOf } from './target.ts';

type Context = { warn: (message: string) => void; track: (target: RedisTarget) => TrackChanges };

/** A Redis by its part of the file. */
export function openRedis(name: string, spec: Spec<'redis'>, { warn, track }: Context): Built {
  const target = targetOf(spec);
  let lastFailure = 'there is no connection yet';
  const client = connect(target, (error) => {
    lastFailure = failureOf(error);
    warn(`store ${name}: ${lastFailure}`);
  });
  const { waitReplicas } = spec;
  const { commandTimeout } = target;
  const store = new RedisStore({ name, client, waitReplicas, commandTimeout, lastFailure: () => lastFailure });
  return { store, raw: { target, keyPrefix: '', near: undefined }, changes: { track: track(target), keyPrefix: '' } };
}

/** Of a cluster that cannot be reached, ioredis says why only in a property of its own. */
const failureOf = (error: Error): string =>
  'lastNodeError' in error && error.lastNodeError !== undefined
    ? `${messageOf(error)} ${messageOf(error.lastNodeError)}`
    : messageOf(error);
