import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Environment } from '@podkit/chassis/config/config';
import type { HttpClient } from '@podkit/chassis/http/client';
import { Health } from '@podkit/chassis/http/health';
import { addLifecycleChecks } from '@podkit/chassis/http/lifecycle-checks';
import { type LostLines, logOutput } from '@podkit/chassis/log/output';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { DestinationStream } from 'pino';
import type { NamedOptions } from './config/repositories.ts';
import type { Options } from './config/schema.ts';
import { listSecrets, readTriggerSecret, showFlags } from './config/secrets.ts';
import { parseSignal } from './config/signals.ts';
import { gitBinary } from './git/binary.ts';
import { removeSecrets } from './git/environment.ts';
import { Git } from './git/git.ts';
import { makePrivateDirectory, privatePrefix, removePrivateDirectory } from './git/private-directory.ts';
import { SpawnTurn } from './git/spawn-turn.ts';
import { checkGitVersion } from './git/version.ts';
import { addReadinessChecks } from './http/readiness.ts';
import { Log } from './log/log.ts';
import { Redactor } from './log/redactor.ts';
import { type Metrics, noMetrics } from './metrics/metrics.ts';
import { addUser } from './process/add-user.ts';
import { Ending } from './process/ending.ts';
import type { CommandHost } from './process/host.ts';
import { killByEnvironment } from './process/orphans.ts';
import { makeDirectories } from './sync/files.ts';
import { Repositories } from './sync/repositories.ts';
import { refuseSharedRoots } from './sync/root.ts';
import { createClient } from './web/create-client.ts';

export type GitSyncInput = {
  host: CommandHost;
  version: string;
  options: Options;
  /** The settings that were given as flags, for the start-up line. */
  flags: ReadonlyMap<string, string>;
  repositories: readonly NamedOptions[];
  /** Where log lines go; standard error by default. */
  output?: DestinationStream | undefined;
};

const service = 'git-sync';

/** The process: its repositories, its HTTP endpoint, its signals and its end. */
export class GitSync {
  readonly #input: GitSyncInput;
  readonly #redactor = new Redactor();
  readonly #log: Log;
  readonly #lifecycle: Lifecycle;
  readonly #health = new Health();
  readonly #ending: Ending;
  /** A copy without secrets: the process's own environment changes while a git is spawned. */
  readonly #env: Environment;
  readonly #client: HttpClient;
  readonly #lost: LostLines = { dropped: 0, isBroken: false };
  readonly #turn: SpawnTurn;

  constructor(input: GitSyncInput) {
    this.#input = input;
    const onDropped = (dropped: number) =>
      this.#log.info(0, 'log lines dropped: standard error was not read', { dropped });
    const { host, options, version, output = logOutput({ descriptor: 2, lost: this.#lost, onDropped }) } = input;
    removeSecrets(host.env);
    this.#env = { ...host.env };
    this.#client = createClient(this.#env);
    this.#turn = new SpawnTurn(host.env);
    for (const secret of listSecrets(options)) this.#redactor.add(secret);
    const identity = { pod: options.podName, namespace: options.podNamespace, node: options.nodeName };
    this.#log = Log.create(
      { verbosity: options.verbose, redactor: this.#redactor, service, version, identity },
      output,
    );
    this.#lifecycle = new Lifecycle({
      drainDelay: options.oneTime ? 0 : options.drainDelay,
      shutdownTimeout: options.shutdownTimeout,
    });
    this.#ending = new Ending({ host, lifecycle: this.#lifecycle, log: this.#log, oneTime: options.oneTime });
    this.#lifecycle.atClose('HTTP client', () => this.#client.close());
    addLifecycleChecks({ health: this.#health, lifecycle: this.#lifecycle, drainReadiness: 'keep' });
  }

  /** Sync until stopped, or once. The process is about to exit when this resolves. */
  async run(): Promise<void> {
    const { options } = this.#input;
    this.#ending.listen();
    let repositories: Repositories;
    try {
      repositories = await this.#start();
    } catch (error) {
      return this.#ending.fail(error, 'cannot start');
    }
    const failures = await repositories.run();
    if (failures.length > 0 && (options.oneTime || failures.length === repositories.all.length))
      return this.#ending.fail(failures[0], 'too many failures, aborting');
    if (options.oneTime) this.#ending.drain('one-time sync done', exitCodes.ok);
  }

  async #start(): Promise<Repositories> {
    const { host, options, repositories: named, flags } = this.#input;
    this.#log.info(0, 'starting up', {
      pid: host.pid,
      uid: host.getuid?.(),
      gid: host.getgid?.(),
      flags: showFlags(flags),
    });
    if (options.addUser)
      addUser({ uid: host.getuid?.() ?? 0, gid: host.getgid?.() ?? 0, home: host.env.HOME || tmpdir() });
    await this.#checkGit();
    const roots = named.map((repository) => repository.options.root ?? '');
    for (const root of roots) makeDirectories(resolve(root));
    refuseSharedRoots(roots);
    const directory = await this.#makePrivateDirectory(roots);
    this.#lifecycle.atClose('private files', () => removePrivateDirectory(directory));
    const metrics = options.httpMetrics ? await this.#createMetrics() : noMetrics;
    const repositories = await Repositories.create({
      named,
      several: options.configFile !== undefined,
      directory,
      env: this.#env,
      client: this.#client,
      turn: this.#turn,
      log: this.#log,
      redactor: this.#redactor,
      metrics,
    });
    addReadinessChecks(this.#health, repositories.all, options);
    this.#lifecycle.atClose('passes', (overdue) => repositories.end(overdue, options.shutdownTimeout));
    if (options.httpBind !== undefined) await this.#startHttp(options.httpBind, repositories, metrics);
    this.#listenForSyncSignal(repositories);
    this.#lifecycle.markStarted();
    return repositories;
  }

  /** With a read-only root file system and no TMPDIR, memory is tried, and at last the synced volume itself. */
  async #makePrivateDirectory(roots: readonly string[]): Promise<string> {
    const prefix = await privatePrefix(roots[0] ?? '');
    // After SIGKILL the gits of the last process may still write into the repository.
    const pids = await killByEnvironment(prefix);
    if (pids.length > 0) this.#log.info(0, 'ended what an earlier git-sync left running', { pids });
    return makePrivateDirectory(prefix, [tmpdir(), '/dev/shm', ...roots]);
  }

  async #checkGit(): Promise<void> {
    const { options } = this.#input;
    const binary = gitBinary(options.git, this.#env.PATH ?? '');
    const env = { LC_ALL: 'C', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const git = new Git({ binary, env, turn: this.#turn, log: this.#log });
    await checkGitVersion(options.git, git, this.#log);
  }

  async #createMetrics(): Promise<Metrics> {
    const { options, version } = this.#input;
    const { createPrometheus } = await import('./metrics/prometheus.ts');
    return createPrometheus({ service, version, several: options.configFile !== undefined, lost: this.#lost });
  }

  async #startHttp(bind: string, repositories: Repositories, metrics: Metrics): Promise<void> {
    const { options } = this.#input;
    const hasSecret = options.triggerSecret !== undefined || options.triggerSecretFile !== undefined;
    const readSecret = async () => {
      const secret = await readTriggerSecret(options);
      this.#redactor.add(secret);
      return secret;
    };
    if (hasSecret) await readSecret();
    // Loaded on demand, as the metrics are: Fastify takes a third of the start of a one-time run.
    const { startHttp } = await import('./http/server.ts');
    const close = await startHttp({
      bind,
      log: this.#log,
      lifecycle: this.#lifecycle,
      health: this.#health,
      metrics,
      servePprof: options.httpPprof,
      swaggerUi: options.swaggerUi,
      readTriggerSecret: hasSecret ? readSecret : undefined,
      repositories: repositories.all,
      readiness: options,
    });
    this.#lifecycle.atClose('http', close);
  }

  #listenForSyncSignal(repositories: Repositories): void {
    const signal = this.#input.options.syncOnSignal;
    if (signal === undefined) return;
    this.#input.host.on(parseSignal(signal) ?? 'SIGHUP', () => {
      this.#log.info(0, 'signal received, syncing', { signal });
      repositories.trigger();
    });
  }
}
