import { messageOf } from '@podkit/chassis/errors';
import type { Spec } from '../../config/file-schema.ts';
import type { Built } from '../../engine/built.ts';
import { connect } from './connect.ts';
import { RedisStore } from './redis-store.ts';
import { targetOf } from './target.ts';

/** A Redis by its part of the file. */
export function openRedis(name: string, spec: Spec<'redis'>, warn: (message: string) => void): Built {
  const target = targetOf(spec);
  const client = connect(target, (error) => warn(`store ${name}: ${messageOf(error)}`));
  const { waitReplicas } = spec;
  const store = new RedisStore({ name, client, waitReplicas, commandTimeout: target.commandTimeout });
  return { store, raw: { target, keyPrefix: '', near: undefined } };
}
