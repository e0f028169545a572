import { connect } from 'node:net';
import { join } from 'node:path';
import type { ProcessSpec } from './child.ts';
import type { ConfigFiles } from './config-files.ts';
import type { Folders } from './folders.ts';
import type { Options } from './options.ts';

/** What a Pod of the suite is made of here: outside servers, init processes, then sidecars and last the app. */
export type Pod = { servers: ProcessSpec[]; init: ProcessSpec[]; containers: ProcessSpec[] };

export type PodInput = {
  options: Options;
  folders: Folders;
  files: ConfigFiles;
  hasRedis: boolean;
  repo: string;
  /** The PATH by which the processes find git and redis-server. */
  path: string;
};

const root = join(import.meta.dirname, '..', '..');
const identity = { POD_NAME: 'podkit-0', POD_NAMESPACE: 'default', POD_IP: '127.0.0.1', NODE_NAME: 'localhost' };
// A tenth of a Pod's times: here no load balancer has to notice.
const lifecycle = { DRAIN_DELAY: '500ms', SHUTDOWN_TIMEOUT: '10s', GRACE_PERIOD: '30s', HOST: '127.0.0.1' };

/** The simulated Downward API volume at the start. */
export const downwardFiles = {
  labels: ['app.kubernetes.io/name="podkit"', 'apps.kubernetes.io/pod-index="0"'].join('\n'),
  annotations: 'podkit.dev/started-by="npm start"',
  'limits/cpu_m': '1000',
  'limits/memory_mi': '256',
};

/** The processes of the suite with their settings, in the order in which they start. */
export function podOf(input: PodInput): Pod {
  return {
    servers: [postgres(input), redis(input)].filter((spec) => spec !== undefined),
    init: [gitSync(input, ['--one-time'])],
    containers: [gitSync(input, []), ambassador(input), metricsAdapter(input), downwardReader(input), app(input)],
  };
}

function service(
  input: PodInput,
  name: string,
  started: string,
  env: Record<string, string>,
  args: string[] = [],
): ProcessSpec {
  const main = join(root, 'services', name, 'src', 'main.ts');
  const base = { PATH: input.path, HOME: input.folders.tmp, TMPDIR: input.folders.tmp, ...identity, ...lifecycle };
  return { name, command: process.execPath, args: [main, ...args], env: { ...base, ...env }, started };
}

function gitSync(input: PodInput, extra: string[]): ProcessSpec {
  const { options, folders, repo } = input;
  const http = extra.length === 0 ? [`--http-bind=127.0.0.1:${options.gitSyncPort}`, '--http-metrics'] : extra;
  const args = [`--repo=${repo}`, `--ref=${options.ref}`, `--root=${folders.site}`, '--link=current', '--period=1s'];
  const spec = service(input, 'git-sync', at(options.gitSyncPort, '/'), {}, [...args, '--max-failures=-1', ...http]);
  return extra.length === 0 ? spec : { ...spec, name: 'git-sync (init)' };
}

function ambassador(input: PodInput): ProcessSpec {
  const { options, files } = input;
  const admin = at(options.ambassadorAdminPort, '/startupz');
  return service(input, 'ambassador', admin, {
    PORT: String(options.ambassadorPort),
    ADMIN_PORT: String(options.ambassadorAdminPort),
    REDIS_PORT: String(options.ambassadorRedisPort),
    AMBASSADOR_CONFIG: files.ambassador,
  });
}

function metricsAdapter(input: PodInput): ProcessSpec {
  const { options, files } = input;
  const env = { PORT: String(options.adapterPort), ADAPTER_CONFIG: files.adapter };
  return service(input, 'metrics-adapter', at(options.adapterPort, '/startupz'), env);
}

function downwardReader(input: PodInput): ProcessSpec {
  const { options, folders } = input;
  const env = { PORT: String(options.downwardPort), DOWNWARD_DIR: folders.podinfo, DOWNWARD_CGROUP: 'none' };
  return service(input, 'downward-reader', at(options.downwardPort, '/startupz'), env);
}

const at = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;

function app(input: PodInput): ProcessSpec {
  const { options, folders } = input;
  return service(input, 'app', at(options.appAdminPort, '/startupz'), {
    PORT: String(options.appPort),
    ADMIN_PORT: String(options.appAdminPort),
    APP_SITE: join(folders.site, 'current'),
    APP_DATA: folders.data,
    APP_READY_FILE: join(folders.run, 'ready'),
    APP_ACCESS_LOG: join(folders.run, 'access.csv'),
    APP_STATSD: `127.0.0.1:${options.statsdPort}`,
    APP_AMBASSADOR_URL: at(options.ambassadorPort),
    APP_AMBASSADOR_PROBE_URL: at(options.ambassadorAdminPort, '/readyz'),
    APP_GIT_SYNC_URL: at(options.gitSyncPort, '/'),
    APP_ADAPTER_URL: at(options.adapterPort),
    APP_DOWNWARD_URL: at(options.downwardPort),
    ...(options.chaosToken === undefined ? {} : { CHAOS: 'true', APP_CHAOS_TOKEN: options.chaosToken }),
  });
}

function postgres({ options, folders, path }: PodInput): ProcessSpec | undefined {
  if (options.postgresUrl !== undefined) return undefined;
  const args = [join(import.meta.dirname, 'pglite-server.ts'), String(options.postgresPort), folders.postgres];
  const started = () => accepts(options.postgresPort);
  return { name: 'postgres', command: process.execPath, args, env: { PATH: path }, started };
}

function redis({ options, folders, hasRedis, path }: PodInput): ProcessSpec | undefined {
  if (options.redisUrl !== undefined || !hasRedis) return undefined;
  const flags = {
    port: String(options.redisPort),
    bind: '127.0.0.1',
    dir: folders.redis,
    appendonly: 'yes',
    logfile: join(folders.run, 'redis.log'),
    loglevel: 'warning',
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  return {
    name: 'redis',
    command: 'redis-server',
    args,
    env: { PATH: path },
    started: () => accepts(options.redisPort),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
