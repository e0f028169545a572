import {
  bytes,
  duration,
  flag,
  integer,
  optional,
  port,
  secret,
  settings,
  sharedSettings,
  text,
} from '@podkit/chassis/config/settings';
import type { Static } from 'typebox';

/** The settings of the process. The stores are in the file that AMBASSADOR_CONFIG names. */
export const schema = settings({
  ...sharedSettings,
  host: text({
    env: 'HOST',
    default: '127.0.0.1',
    description:
      'Address of the Dapr API and of the Redis endpoint. Only containers of the Pod reach the loopback address.',
  }),
  adminHost: text({ env: 'ADMIN_HOST', default: '0.0.0.0', description: 'Address of the admin port.' }),
  port: port({ env: 'PORT', default: 3500, description: 'Port of the Dapr state API.' }),
  redisPort: port({ env: 'REDIS_PORT', default: 6379, description: 'Port of the Redis protocol.' }),
  adminPort: port({ env: 'ADMIN_PORT', default: 3501, description: 'Port of the probes, metrics and routes.' }),
  config: optional(
    text({
      description: 'YAML file with the stores and policies. Without it there is one memory store, `statestore`.',
    }),
  ),
  appId: text({
    default: 'ambassador',
    description: "The application's id, as Dapr calls it: in metadata and keyPrefix.",
  }),
  socket: optional(text({ description: 'Path of a Unix socket for the Dapr state API.' })),
  redisSocket: optional(text({ description: 'Path of a Unix socket for the Redis protocol.' })),
  apiToken: optional(
    secret({ description: 'Token that callers of the Dapr API must send in the header dapr-api-token.' }),
  ),
  redisUsername: text({ default: 'default', description: 'User name for AUTH on the Redis endpoint.' }),
  redisPassword: optional(secret({ description: 'Password for AUTH on the Redis endpoint.' })),
  maxBody: bytes({ default: '4Mi', minimum: 1, description: 'Maximum size of the body of a Dapr request.' }),
  queryMaxPage: integer({
    default: 1000,
    minimum: 1,
    maximum: 100_000,
    description: 'Maximum number of entries of a page of a state query, and that of a query without page.limit.',
  }),
  redisMaxValue: bytes({
    default: '64Mi',
    minimum: 1,
    description: 'Maximum size of a value through the Redis endpoint.',
  }),
  redisMaxClients: integer({
    default: 10_000,
    minimum: 1,
    description: 'Maximum number of connections to the Redis endpoint.',
  }),
  checkConfig: flag({
    default: false,
    description: 'Check the settings and the file, and exit: 0 if they are valid, 2 if not.',
  }),
  waitTimeout: duration({ default: '5m', description: 'How long `ambassador wait` waits for every store.' }),
});

export type Config = Static<typeof schema>;
