import { Type } from 'typebox';
import { durationText, sizeText, storeName, strict } from '../schema/quantities.ts';

const credentials = {
  username: Type.Optional(Type.String({ description: 'User name; beats the one in the URL.' })),
  usernameFile: Type.Optional(Type.String({ description: 'File with the user name, read again when it changes.' })),
  passwordFile: Type.Optional(Type.String({ description: 'File with the password, read again when it changes.' })),
  tls: Type.Optional(
    strict(
      {
        caFile: Type.Optional(
          Type.String({ description: 'PEM of the authorities to trust, instead of the system’s.' }),
        ),
        certFile: Type.Optional(Type.String({ description: 'PEM of our certificate, for mutual TLS.' })),
        keyFile: Type.Optional(Type.String({ description: 'PEM of its key.' })),
        serverName: Type.Optional(Type.String({ description: 'Name to expect in the certificate, if not the host.' })),
        verify: Type.Boolean({ default: true, description: 'Whether the certificate must be valid. Leave it on.' }),
      },
      { description: 'Speak TLS. Files are read again when they change.' },
    ),
  ),
};

const times = {
  connectTimeout: durationText({ default: '5s', description: 'Longest wait for a connection.' }),
  commandTimeout: durationText({ default: '5s', description: 'Longest wait for the backend to answer one command.' }),
};

export const memoryDriver = {
  driver: Type.Literal('memory'),
  maxBytes: sizeText({ default: '64Mi', description: 'Budget; beyond it what was not used lately is evicted.' }),
};

const hostPort = Type.String({ pattern: '^(\\[[0-9A-Fa-f:.]+\\]|[^:\\s]+):\\d{1,5}$', description: 'host:port' });

export const redisDriver = {
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

export const postgresDriver = {
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
  replicaLag: durationText({
    default: '10s',
    description: 'How long a key that was written through here is read from the primary.',
  }),
  ...credentials,
  ...times,
  poolMax: Type.Integer({ default: 8, minimum: 1, maximum: 1000, description: 'Most connections.' }),
  tablePrefix: Type.String({ default: '', description: 'What stands before `state` in the table’s name.' }),
  metadataTable: Type.String({ default: 'dapr_metadata', description: 'Table that keeps the schema level.' }),
  migrate: Type.Boolean({ default: true, description: 'Whether to create the tables where they are missing.' }),
  notify: Type.Boolean({
    default: false,
    description:
      'Whether a trigger on the table notifies of every change, so that near caches hear other writers. Not through a pooler in transaction mode.',
  }),
  cleanupInterval: durationText({ default: '1h', description: 'How often expired rows are deleted; 0 is never.' }),
};

export const routeDriver = {
  driver: Type.Literal('route'),
  rules: Type.Array(
    strict({
      prefix: Type.Optional(Type.String({ description: 'Keys that begin so. The longest prefix wins.' })),
      glob: Type.Optional(
        Type.String({ description: 'Keys that match: * any characters, ? one, [a-z] one of these.' }),
      ),
      minSize: Type.Optional(sizeText({ description: 'Values at least this large.' })),
      maxSize: Type.Optional(sizeText({ description: 'Values at most this large.' })),
      contentType: Type.Optional(Type.String({ description: 'Media type of the value; image/* for all of a kind.' })),
      minTtl: Type.Optional(durationText({ description: 'Values that live at least this long, or for ever.' })),
      maxTtl: Type.Optional(durationText({ description: 'Values that live at most this long.' })),
      store: storeName('Where to.'),
    }),
    { minItems: 1, description: 'The first rule that fits decides, rules with longer prefixes first.' },
  ),
};
