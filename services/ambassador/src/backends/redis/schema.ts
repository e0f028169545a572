import { strict } from '@podkit/chassis/config/strict';
import { type Static, type TObject, Type } from 'typebox';
import { credentials, times } from '../connection-schema.ts';

const hostPort = Type.String({ pattern: '^(\\[[0-9A-Fa-f:.]+\\]|[^:\\s]+):\\d{1,5}$', description: 'host:port' });

export const redisProperties = {
  driver: Type.Literal('redis'),
  url: Type.String({
    default: 'redis://127.0.0.1:6379',
    pattern: '^(rediss?://|unix://)',
    description: 'redis://user:password@host:port/db, rediss:// for TLS, or unix:///path.',
  }),
  sentinel: Type.Optional(
    strict({
      name: Type.String({ description: 'Name of the master.' }),
      nodes: Type.Array(hostPort, { minItems: 1 }),
      username: Type.Optional(Type.String()),
      passwordFile: Type.Optional(Type.String({ description: 'File with the password of the sentinels.' })),
    }),
  ),
  cluster: Type.Optional(strict({ nodes: Type.Array(hostPort, { minItems: 1 }) })),
  ...credentials,
  ...times,
  waitReplicas: Type.Integer({
    default: 0,
    minimum: 0,
    description: 'Replicas that must have a write with consistency `strong` before it is acknowledged.',
  }),
};

export type RedisSpec = Static<TObject<typeof redisProperties>>;
