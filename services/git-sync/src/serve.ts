import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Environment } from '@podkit/chassis/config/config';
import { HttpClient } from '@podkit/chassis/http/client';
import type { Metrics as ChassisMetrics } from '@podkit/chassis/http/metrics';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import type { Context, Host } from '@podkit/chassis/process/service';
import type { NamedOptions } from './config/repositories.ts';
import type { Options } from './config/schema.ts';
import { listGivenFlags, listSecrets, readTriggerSecret } from './config/secrets.ts';
import { parseSignal } from './config/signals.ts';
import { gitBinary } from './git/binary.ts';
import { removeSecrets } from './git/environment.ts';
import { Git } from './git/git.ts';
import { findPrivatePrefix, makePrivateDirectory, removePrivateDirectory } from './git/private-directory.ts';
import { SpawnTurn } from './git/spawn-turn.ts';
import { checkGitVersion } from './git/version.ts';
import { addReadinessChecks } from './http/readiness.ts';
import { Log } from './log/log.ts';
import type { Redactor } from './log/redactor.ts';
import { type Metrics, noMetrics } from './metrics/metrics.ts';
import { addUser } from './process/add-user.ts';
import { killByEnvironment } from './process/orphans.ts';
import { makeDirectories } from './sync/files.ts';
import { Repositories } from './sync/repositories.ts';
import { refuseSharedRoots } from './sync/root.ts';

/** Bytes of a response to git-sync's own requests that are read. */
const responseLimit = 64 * 1024;

/** There are metrics only with `--http-metrics`. */
export type GitSyncContext = Context<Options, ChassisMetrics | undefined>;

/** The parts of `process` that git-sync uses; `main.ts` passes the real one. */
export type CommandHost = Host & { pid: number; umask(mask: number): number; getuid?(): number; getgid?(): number };

export type ServeInput = {
  host: CommandHost;
  /** The redactor of the log. */
  redactor: Redactor;
  named: readonly NamedOptions[];
};

/** What the parts share. `env` is a copy without secrets: the process's own environment changes while a git is spawned. */
type Shared = { log: Log; env: Environment; turn: SpawnTurn };

/** Sync until the service stops, or once. If it can't start, or fails too often, the service stops with exit code 1. */
export async function serve(context: GitSyncContext, input: ServeInput): Promise<void> {
  const { host, redactor } = input;
  removeSecrets(host.env);
  for (const secret of listSecrets(context.config)) redactor.add(secret);
  const log = new Log({ pino: context.log, redactor });
  const fail = (error: unknown, what: string) => {
    log.error(error, what);
    context.stop(what, exitCodes.failure);
  };
  try {
    const repositories = await start(context, input, { log, env: { ...host.env }, turn: new SpawnTurn(host.env) });
    // Not awaited: git-sync has started, and passes go on until it stops.
    void syncToEnd(repositories, context, fail);
  } catch (error) {
    fail(error, 'cannot start');
  }
}

async function syncToEnd(
  repositories: Repositories,
  { config: { oneTime }, stop }: GitSyncContext,
  fail: (error: unknown, what: string) => void,
): Promise<void> {
  const failures = await repositories.run();
  if (failures.length > 0 && (oneTime || failures.length === repositories.all.length))
    fail(failures[0], 'too many failures, aborting');
  else if (oneTime) stop('one-time sync done');
}

async function start(context: GitSyncContext, input: ServeInput, shared: Shared): Promise<Repositories> {
  const { config, lifecycle } = context;
  const { host, named, redactor } = input;
  const { log, env } = shared;
  const pid = host.pid;
  const uid = host.getuid?.();
  const gid = host.getgid?.();
  log.info(0, 'starting up', { pid, uid, gid, flags: listGivenFlags(host.argv.slice(2)) });
  if (config.addUser) addUser({ uid: uid ?? 0, gid: gid ?? 0, home: env.HOME || tmpdir() });
  await checkGit(config, shared);
  const roots = named.map((repository) => repository.options.root ?? '');
  for (const root of roots) makeDirectories(resolve(root));
  refuseSharedRoots(roots);
  const directory = await openPrivateDirectory(roots, log);
  lifecycle.atClose('private files', () => removePrivateDirectory(directory));
  // Like Go's client it accepts bare line feeds in responses, and a user name and password in the URL.
  const client = new HttpClient({ limit: responseLimit, isLenient: true, env });
  lifecycle.atClose('HTTP client', () => client.close());
  const several = config.configFile !== undefined;
  const metrics = await openMetrics(context, several);
  const repositories = await Repositories.create({ ...shared, named, several, directory, client, redactor, metrics });
  addReadinessChecks(context.health, repositories.all, config);
  lifecycle.atClose('passes', (overdue) => repositories.end(overdue, config.shutdownTimeout));
  if (config.httpBind !== undefined)
    await openHttp(context, { bind: config.httpBind, repositories, metrics, log, redactor });
  syncOnSignal(config, { host, log, repositories });
  return repositories;
}

async function checkGit({ git: program }: Options, { log, env, turn }: Shared): Promise<void> {
  const binary = gitBinary(program, env.PATH ?? '');
  const plain = { LC_ALL: 'C', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  await checkGitVersion(program, new Git({ binary, env: plain, turn, log }), log);
}

/** Where the root file system is read-only and TMPDIR is not set, try memory, and then the synced volume. */
async function openPrivateDirectory(roots: readonly string[], log: Log): Promise<string> {
  const own = await findPrivatePrefix(roots[0] ?? '');
  // After SIGKILL the gits of the last process may still write into the repository.
  const pids = await killByEnvironment(own);
  if (pids.length > 0) log.info(0, 'killed the processes of an earlier git-sync', { pids });
  return makePrivateDirectory(own, [tmpdir(), '/dev/shm', ...roots]);
}

async function openMetrics({ metrics }: GitSyncContext, several: boolean): Promise<Metrics> {
  if (metrics === undefined) return noMetrics;
  const { createPrometheus } = await import('./metrics/prometheus.ts');
  return createPrometheus(metrics, several);
}

type HttpParts = { bind: string; repositories: Repositories; metrics: Metrics; log: Log; redactor: Redactor };

async function openHttp(context: GitSyncContext, { redactor, repositories, ...parts }: HttpParts): Promise<void> {
  const { config, lifecycle, health } = context;
  const hasSecret = config.triggerSecret !== undefined || config.triggerSecretFile !== undefined;
  const readSecret = async () => {
    const secret = await readTriggerSecret(config);
    redactor.add(secret);
    return secret;
  };
  if (hasSecret) await readSecret();
  // Loaded on demand, as the metrics are: Fastify takes a third of the start of a one-time run.
  const { startHttp } = await import('./http/server.ts');
  const close = await startHttp({
    ...parts,
    lifecycle,
    health,
    servePprof: config.httpPprof,
    swaggerUi: config.swaggerUi,
    readTriggerSecret: hasSecret ? readSecret : undefined,
    repositories: repositories.all,
    readiness: config,
  });
  lifecycle.atClose('http', close);
}

type SignalParts = { host: CommandHost; log: Log; repositories: Repositories };

function syncOnSignal({ syncOnSignal: signal }: Options, { host, log, repositories }: SignalParts): void {
  if (signal === undefined) return;
  host.on(parseSignal(signal) ?? 'SIGHUP', () => {
    log.info(0, 'signal received, syncing', { signal });
    repositories.trigger();
  });
}
