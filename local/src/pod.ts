import { join } from 'node:path';
import { endWithParent } from '@podkit/chassis/process/end-with-parent';
import type { ProcessSpec } from './child.ts';
import type { ConfigFiles } from './config-files.ts';
import type { ContainerSpec } from './container.ts';
import type { Folders } from './folders.ts';
import { manifestProbes } from './manifest-probes.ts';
import type { Options } from './options.ts';
import { type Probe, tcpCheck } from './probe.ts';
import type { Secrets } from './secrets.ts';
import type { Pod } from './supervisor.ts';

export type PodInput = {
  options: Options;
  folders: Folders;
  files: ConfigFiles;
  secrets: Secrets;
  hasRedis: boolean;
  repo: string;
  /** The PATH by which the processes find git and redis-server. */
  path: string;
};

const root = join(import.meta.dirname, '..', '..');
const identity = { POD_NAME: 'podkit-0', POD_NAMESPACE: 'default', POD_IP: '127.0.0.1', NODE_NAME: 'localhost' };
// A tenth of a Pod's times: here no load balancer has to notice.
const lifecycle = { DRAIN_DELAY: '500ms', SHUTDOWN_TIMEOUT: '10s', GRACE_PERIOD: '30s' };
const loopback = { HOST: '127.0.0.1', ADMIN_HOST: '127.0.0.1' };

/** The simulated Downward API volume at the start. */
export const downwardFiles = {
  labels: ['app.kubernetes.io/name="podkit"', 'apps.kubernetes.io/pod-index="0"'].join('\n'),
  annotations: 'podkit.dev/started-by="npm start"',
  'limits/cpu_m': '1000',
  'limits/memory_mi': '256',
};

/** The processes of the suite with their settings, in the order in which they start. */
export function buildPod(input: PodInput): Pod {
  return {
    servers: [postgres(input), redis(input)].filter((spec) => spec !== undefined),
    init: [clone(input)],
    containers: [gitSync(input), ambassador(input), metricsAdapter(input), downwardReader(input), app(input)],
  };
}

function service(
  { path, folders }: PodInput,
  name: string,
  env: Record<string, string>,
  args: string[] = [],
): ProcessSpec {
  const main = join(root, 'services', name, 'src', 'main.ts');
  const base = { PATH: path, HOME: folders.tmp, TMPDIR: folders.tmp, ...identity, ...lifecycle, ...loopback };
  return { name, command: process.execPath, args: [main, ...args], env: { ...base, ...env } };
}

/** With the probes that k8s/base has for it, on the ports of this run. */
function probed({ options }: PodInput, spec: ProcessSpec): ContainerSpec {
  const ports = {
    'git-sync': options.gitSyncPort,
    ambassador: options.ambassadorAdminPort,
    metrics: options.adapterPort,
    downward: options.downwardPort,
    admin: options.appAdminPort,
    http: options.appPort,
  };
  return { ...spec, ...manifestProbes(spec.name, ports) };
}

const gitSyncArgs = ({ options, folders, repo }: PodInput) => [
  `--repo=${repo}`,
  `--ref=${options.ref}`,
  `--root=${folders.site}`,
  '--link=current',
  '--period=1s',
  '--max-failures=-1',
];

function clone(input: PodInput): ProcessSpec {
  return { ...service(input, 'git-sync', {}, [...gitSyncArgs(input), '--one-time']), name: 'clone' };
}

function gitSync(input: PodInput): ContainerSpec {
  const http = [`--http-bind=127.0.0.1:${input.options.gitSyncPort}`, '--http-metrics'];
  return probed(input, service(input, 'git-sync', {}, [...gitSyncArgs(input), ...http]));
}

function ambassador(input: PodInput): ContainerSpec {
  const { options, files, secrets } = input;
  const env = {
    PORT: String(options.ambassadorPort),
    ADMIN_PORT: String(options.ambassadorAdminPort),
    REDIS_PORT: String(options.ambassadorRedisPort),
    AMBASSADOR_CONFIG: files.ambassador,
    AMBASSADOR_API_TOKEN_FILE: secrets['ambassador-token'].file,
    AMBASSADOR_REDIS_PASSWORD_FILE: secrets['ambassador-redis-password'].file,
  };
  return probed(input, service(input, 'ambassador', env));
}

function metricsAdapter(input: PodInput): ContainerSpec {
  const { options, files } = input;
  const env = { PORT: String(options.adapterPort), ADAPTER_CONFIG: files.adapter };
  return probed(input, service(input, 'metrics-adapter', env));
}

function downwardReader(input: PodInput): ContainerSpec {
  const { options, folders } = input;
  const env = { PORT: String(options.downwardPort), DOWNWARD_DIR: folders.podinfo, DOWNWARD_CGROUP: 'none' };
  return probed(input, service(input, 'downward-reader', env));
}

const at = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;

function app(input: PodInput): ContainerSpec {
  const { options, folders, secrets } = input;
  const env = {
    PORT: String(options.appPort),
    ADMIN_PORT: String(options.appAdminPort),
    APP_SITE: join(folders.site, 'current'),
    APP_DATA: folders.data,
    APP_READY_FILE: join(folders.run, 'ready'),
    APP_ACCESS_LOG: join(folders.run, 'access.csv'),
    APP_STATSD: `127.0.0.1:${options.statsdPort}`,
    APP_HOOK_TOKEN_FILE: secrets['hook-token'].file,
    APP_AMBASSADOR_TOKEN_FILE: secrets['ambassador-token'].file,
    APP_AMBASSADOR_URL: at(options.ambassadorPort),
    APP_AMBASSADOR_PROBE_URL: at(options.ambassadorAdminPort, '/readyz'),
    APP_GIT_SYNC_URL: at(options.gitSyncPort, '/'),
    APP_ADAPTER_URL: at(options.adapterPort),
    APP_DOWNWARD_URL: at(options.downwardPort),
    ...(options.chaosToken === undefined ? {} : { CHAOS: 'true', APP_CHAOS_TOKEN: options.chaosToken }),
  };
  return probed(input, service(input, 'app', env));
}

function postgres({ options, folders, path }: PodInput): ContainerSpec | undefined {
  if (options.postgresUrl !== undefined) return undefined;
  const args = [join(import.meta.dirname, 'pglite-server.ts'), String(options.postgresPort), folders.postgres];
  return { name: 'postgres', command: process.execPath, args, env: { PATH: path }, ...server(options.postgresPort) };
}

function redis({ options, files, hasRedis, path }: PodInput): ContainerSpec | undefined {
  if (options.redisUrl !== undefined || !hasRedis) return undefined;
  const program = endWithParent('redis-server', [files.redis], path);
  return { name: 'redis', ...program, env: { PATH: path }, ...server(options.redisPort) };
}

/** What k8s/base has for its servers: they are started and alive when they accept connections. */
function server(port: number): { startup: Probe; liveness: Probe } {
  const terms = { check: tcpCheck(port), successThreshold: 1 };
  return {
    startup: { ...terms, period: 100, timeout: 1000, failureThreshold: 600 },
    liveness: { ...terms, period: 10_000, timeout: 2000, failureThreshold: 3 },
  };
}
