import { optional, port, secret, settings, text, url } from '@podkit/chassis/config/settings';
import type { Static } from 'typebox';

const servicePort = (fallback: number, description: string) => port({ default: fallback, description });

/** The options of `npm start`, as `--flag` or as `PODKIT_` variable. The default ports are those of the Pod. */
export const optionsSchema = settings({
  data: optional(
    text({ description: 'Folder that keeps notes, repository and settings between runs. Without it nothing is kept.' }),
  ),
  repo: optional(text({ description: 'Git repository to serve instead of the demo: a URL or a path.' })),
  ref: text({ default: 'HEAD', description: 'Branch or tag of it to follow.' }),
  redisUrl: optional(
    url({ env: 'REDIS_URL', description: 'Redis to use; otherwise redis-server is started where it is installed.' }),
  ),
  postgresUrl: optional(url({ env: 'POSTGRES_URL', description: 'PostgreSQL to use instead of the embedded one.' })),
  chaosToken: optional(
    secret({ description: "Turns on the console's chaos controls; callers send it as a bearer token." }),
  ),
  appPort: servicePort(8080, 'Port of the site and the API.'),
  appAdminPort: servicePort(8081, "Port of the app's console, probes and hooks."),
  gitSyncPort: servicePort(9376, 'Port of git-sync.'),
  ambassadorPort: servicePort(3500, "Port of the ambassador's Dapr state API."),
  ambassadorAdminPort: servicePort(3501, "Port of the ambassador's probes and metrics."),
  ambassadorRedisPort: servicePort(6379, "Port of the ambassador's Redis endpoint."),
  adapterPort: servicePort(9464, 'Port of the metrics-adapter.'),
  statsdPort: servicePort(9125, 'Port (UDP and TCP) on which the metrics-adapter takes StatsD.'),
  downwardPort: servicePort(8090, 'Port of the downward-reader.'),
  postgresPort: servicePort(5433, 'Port of the embedded PostgreSQL.'),
  redisPort: servicePort(6390, 'Port of the Redis that is started.'),
});

export type Options = Static<typeof optionsSchema>;
