import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, type TObject, Type } from 'typebox';
import { credentials, times } from '../connection-schema.ts';

export const postgresProperties = {
  driver: Type.Literal('postgresql'),
  url: Type.String({
    default: 'postgres://postgres@127.0.0.1:5432/postgres',
    pattern: '^postgres(ql)?://',
    description:
      'postgres://user:password@host:port/database. Of several hosts (host:port,host:port) the one that takes writes is used.',
  }),
  replicas: Type.Array(Type.String({ pattern: '^postgres(ql)?://' }), {
    default: [],
    description: 'URLs of read replicas; reads with consistency `eventual` go there.',
  }),
  replicaLag: yamlDuration({
    default: '10s',
    description: 'How long a key that was written through here is read from the primary.',
  }),
  ...credentials,
  ...times,
  poolMax: Type.Integer({ default: 8, minimum: 1, maximum: 1000, description: 'Maximum number of connections.' }),
  tablePrefix: Type.String({ default: '', description: 'Prefix of the table’s name, before `state`.' }),
  metadataTable: Type.String({ default: 'dapr_metadata', description: 'Table that keeps the schema level.' }),
  migrate: Type.Boolean({ default: true, description: 'Whether to create missing tables.' }),
  notify: Type.Boolean({
    default: false,
    description:
      'Whether a trigger on the table notifies of every change, so that near caches are notified of other writers. Not through a pooler in transaction mode.',
  }),
  cleanupInterval: yamlDuration({ default: '1h', description: 'How often expired rows are deleted; 0 is never.' }),
};

export type PostgresSpec = Static<TObject<typeof postgresProperties>>;
