import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Folders } from './folders.ts';
import type { Options } from './options.ts';
import type { Secrets } from './secrets.ts';

/** Paths of the configuration files that ConfigMaps would hold. */
export type ConfigFiles = { ambassador: string; adapter: string; redis: string };

/** Write the configuration of the ambassador, of the metrics-adapter and of Redis for this run. */
export async function writeConfigFiles(
  options: Options,
  folders: Folders,
  secrets: Secrets,
  hasRedis: boolean,
): Promise<ConfigFiles> {
  const at = (name: string) => join(folders.config, name);
  const files = { ambassador: at('ambassador.yaml'), adapter: at('adapter.yaml'), redis: at('redis.conf') };
  await writeFile(files.ambassador, stringify(ambassadorConfig(options, secrets, hasRedis)));
  await writeFile(files.adapter, stringify(adapterConfig(options, folders)));
  await writeFile(files.redis, redisConfig(options, folders, secrets), { mode: 0o600 });
  return files;
}

/** Notes are in PostgreSQL. The store `cache`, which the Redis endpoint uses, is in Redis if there is one, else in memory. */
function ambassadorConfig(
  { postgresUrl, postgresPort, redisUrl, redisPort }: Options,
  secrets: Secrets,
  hasRedis: boolean,
) {
  const url = postgresUrl ?? `postgres://postgres@127.0.0.1:${postgresPort}/postgres`;
  // PGlite is one session, however many connections it takes.
  const policies = [{ circuitBreaker: {} }];
  const notes = { driver: 'postgresql', url, policies, ...(postgresUrl === undefined ? { poolMax: 1 } : {}) };
  const own = { url: `redis://default@127.0.0.1:${redisPort}`, passwordFile: secrets['redis-password'].file };
  const redis = { driver: 'redis', ...(redisUrl === undefined ? own : { url: redisUrl }) };
  return {
    stores: { notes, cache: hasRedis ? redis : { driver: 'memory' }, scratch: { driver: 'memory' } },
    redisStore: 'cache',
  };
}

function redisConfig({ redisPort }: Options, folders: Folders, secrets: Secrets): string {
  const settings = {
    port: redisPort,
    bind: '127.0.0.1',
    requirepass: secrets['redis-password'].value,
    dir: JSON.stringify(folders.redis),
    appendonly: 'yes',
    loglevel: 'warning',
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

/** The app sends what `/stats` has too, so these metrics get other names. */
const statsdMapping = {
  mappings: [
    { match: 'app.requests', name: 'statsd_app_requests_total' },
    { match: 'app.*', name: 'statsd_app_$1' },
  ],
};

const single = (name: string, type: string, path: string, help: string) => ({ name, type, help, path });

/** The metrics of a container as a source; the label `service` separates metrics that all containers have, such as `process_cpu_seconds_total`. */
const container = (service: string, port: number) => ({
  name: service,
  url: `http://127.0.0.1:${port}/metrics`,
  relabel: [{ target_label: 'service', replacement: service }],
});

function adapterConfig(options: Options, { run }: Folders) {
  const { appAdminPort, gitSyncPort, ambassadorAdminPort, downwardPort, statsdPort } = options;
  const route = { route: '@.route', method: '@.method', status: '@.status' };
  const perRoute = (name: string, type: string, value: string, help: string) => {
    return { name, type, help, path: '$.requests.byRoute[*]', value, labels: route };
  };
  return {
    json: [
      {
        name: 'app-stats',
        url: `http://127.0.0.1:${appAdminPort}/stats`,
        metrics: [
          perRoute('app_requests_total', 'counter', '@.count', 'Requests that were answered.'),
          perRoute('app_request_seconds_total', 'counter', '@.secondsSum', 'Time that answering them took.'),
          single('app_in_flight', 'gauge', '$.inFlight', 'Requests that are being answered.'),
          single('app_uptime_seconds', 'gauge', '$.uptimeSeconds', 'Time since the start.'),
          single('app_resident_bytes', 'gauge', '$.process.rssBytes', 'Memory of the process.'),
        ],
      },
    ],
    prometheus: [
      container('app', appAdminPort),
      container('git-sync', gitSyncPort),
      container('ambassador', ambassadorAdminPort),
      container('downward-reader', downwardPort),
    ],
    statsd: [{ udp: `127.0.0.1:${statsdPort}`, tcp: `127.0.0.1:${statsdPort}`, mapping: statsdMapping }],
    logs: [
      {
        name: 'access',
        files: [join(run, 'access.csv')],
        format: 'csv',
        csv: { columns: ['time', 'method', 'route', 'status', 'nanoseconds'] },
        rules: [
          {
            metrics: [
              {
                name: 'access_log_lines_total',
                type: 'counter',
                help: 'Lines of the access log.',
                labels: { status: '$status' },
              },
            ],
          },
        ],
      },
    ],
  };
}
