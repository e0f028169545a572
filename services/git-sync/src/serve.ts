import { mkdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from '@podkit/chassis/config/config';
import { PodkitError } from '@podkit/chassis/errors';
import type { HttpClient } from '@podkit/chassis/http/client';
import { Health } from '@podkit/chassis/http/health';
import { addLifecycleChecks } from '@podkit/chassis/http/probes';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import type { DestinationStream } from 'pino';
import type { NamedOptions } from './config/repositories.ts';
import type { Options } from './config/schema.ts';
import { readTriggerSecret, secretsOf, shownFlags } from './config/secrets.ts';
import { signalOf } from './config/signals.ts';
import { gitBinary } from './git/binary.ts';
import { removeSecrets } from './git/environment.ts';
import { Git, type Step } from './git/git.ts';
import { makePrivateDirectory, removePrivateDirectory } from './git/private-directory.ts';
import { SpawnTurn } from './git/spawn-turn.ts';
import { checkGitVersion } from './git/version.ts';
import { addReadinessChecks } from './http/readiness.ts';
import { Log } from './log/log.ts';
import { Redactor } from './log/redactor.ts';
import { type Metrics, noMetrics, type SyncMetrics } from './metrics/metrics.ts';
import { addUser } from './process/add-user.ts';
import { Ending } from './process/ending.ts';
import type { CommandHost } from './process/host.ts';
import { Limit } from './process/limit.ts';
import { makeDirectories } from './sync/files.ts';
import { brokenRepository, createSyncedRepository, type SyncedRepository } from './sync/synced-repository.ts';
import { createClient } from './web/create-client.ts';

export type GitSyncInput = {
  host: CommandHost;
  version: string;
  options: Options;
  /** What was given as flags, for the start-up line. */
  flags: ReadonlyMap<string, string>;
  repositories: readonly NamedOptions[];
  step: Step;
  /** Where log lines go. */
  output: DestinationStream;
};

const service = 'git-sync';

/** Milliseconds to end a pass that is cut: git may take a second to remove its locks, then it is killed, and files are removed. */
const timeToCut = 4000;

/** How long a pass in flight may go on after SIGTERM; a short time is shared, most of it for the end. */
const timeToFinish = (shutdownTimeout: number) => shutdownTimeout - Math.min(timeToCut, shutdownTimeout * 0.75);

/** Passes of all repositories that run at the same time: each is a git with its transport, and a checkout. */
const passesAtOnce = 4;

/** The process: its repositories, its HTTP endpoint, its signals and its end. */
export class GitSync {
  readonly #input: GitSyncInput;
  readonly #redactor = new Redactor();
  readonly #log: Log;
  readonly #lifecycle: Lifecycle;
  readonly #health = new Health();
  readonly #ending: Ending;
  /** The environment as it was, without secrets: this process's own is lent to each git in turn. */
  readonly #env: Environment;
  readonly #client: HttpClient;
  readonly #turn: SpawnTurn;
  readonly #limit = new Limit(passesAtOnce);
  #metrics: Metrics = noMetrics;
  #repositories: SyncedRepository[] = [];
  #running: Promise<void>[] = [];

  constructor(input: GitSyncInput) {
    this.#input = input;
    const { host, options, version, output } = input;
    removeSecrets(host.env);
    this.#env = { ...host.env };
    this.#client = createClient(this.#env);
    this.#turn = new SpawnTurn(host.env);
    for (const secret of secretsOf(options)) this.#redactor.add(secret);
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

  /** Sync until stopped, or once. The process has been told to exit when this resolves. */
  async run(): Promise<void> {
    const { options } = this.#input;
    this.#ending.listen();
    try {
      await this.#start();
    } catch (error) {
      return this.#ending.fail(error, 'cannot start');
    }
    const failures = await this.#runAll();
    if (failures.length > 0 && (options.oneTime || failures.length === this.#repositories.length))
      return this.#ending.fail(failures[0], 'too many failures, aborting');
    if (options.oneTime) this.#ending.drain('one-time sync done', exitCodes.ok);
  }

  /** Run until all are done. One that fails for good does not end the others. Gives the errors of those that did. */
  async #runAll(): Promise<unknown[]> {
    const several = this.#repositories.length > 1;
    const failures: unknown[] = [];
    this.#running = this.#repositories.map(async ({ name, loop, abandon }) => {
      try {
        await loop.run();
      } catch (error) {
        failures.push(error);
        abandon(error);
        if (several) this.#log.error(error, 'repository given up; the others go on', { repository: name });
      }
    });
    await Promise.all(this.#running);
    return failures;
  }

  async #start(): Promise<void> {
    const { host, options, repositories, flags } = this.#input;
    this.#log.info(0, 'starting up', {
      pid: host.pid,
      uid: host.getuid?.(),
      gid: host.getgid?.(),
      flags: shownFlags(flags),
    });
    if (options.addUser)
      addUser({ uid: host.getuid?.() ?? 0, gid: host.getgid?.() ?? 0, home: host.env.HOME || tmpdir() });
    await this.#checkGit();
    const roots = repositories.map((repository) => repository.options.root ?? '');
    for (const root of roots) makeDirectories(resolve(root));
    refuseSharedRoots(roots);
    const directory = await makePrivateDirectory([tmpdir(), '/dev/shm', ...roots], roots[0] ?? '');
    this.#lifecycle.atClose('private files', () => removePrivateDirectory(directory));
    if (options.httpMetrics) this.#metrics = await this.#createMetrics();
    for (const { name, options: own } of repositories) {
      for (const secret of secretsOf(own)) this.#redactor.add(secret);
      this.#repositories.push(await this.#create(name, own, join(directory, name), this.#metrics.of(name)));
    }
    addReadinessChecks(this.#health, this.#repositories, options);
    this.#lifecycle.atClose('passes', (signal) => this.#endPasses(signal));
    if (options.httpBind !== undefined) await this.#startHttp(options.httpBind);
    this.#listenForSyncSignal();
    this.#lifecycle.markStarted();
  }

  async #checkGit(): Promise<void> {
    const { options, step } = this.#input;
    const binary = gitBinary(options.git, this.#env.PATH ?? '');
    const env = { LC_ALL: 'C', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const git = new Git({ binary, env, turn: this.#turn, log: this.#log, step });
    await checkGitVersion(options.git, git, this.#log);
  }

  async #createMetrics(): Promise<Metrics> {
    const { options, version } = this.#input;
    const { createPrometheus } = await import('./metrics/prometheus.ts');
    return createPrometheus({ service, version, several: options.configFile !== undefined });
  }

  async #create(name: string, options: Options, directory: string, metrics: SyncMetrics): Promise<SyncedRepository> {
    const { options: shared, step } = this.#input;
    mkdirSync(directory, { mode: 0o700 });
    const several = shared.configFile !== undefined;
    const log = several ? this.#log.child({ fields: { repository: name } }) : this.#log;
    const input = {
      name,
      options,
      env: this.#env,
      client: this.#client,
      turn: this.#turn,
      directory,
      log,
      redactor: this.#redactor,
      metrics,
      step,
      limit: this.#limit,
    };
    try {
      return await createSyncedRepository(input);
    } catch (error) {
      if (!several) throw error;
      return brokenRepository(input, error);
    }
  }

  async #startHttp(bind: string): Promise<void> {
    const { options } = this.#input;
    const hasSecret = options.triggerSecret !== undefined || options.triggerSecretFile !== undefined;
    const readSecret = async () => {
      const secret = await readTriggerSecret(options);
      this.#redactor.add(secret);
      return secret;
    };
    if (hasSecret) await readSecret();
    // Loaded only where it is asked for, as the metrics are: it is a third of the time that a one-time run takes to start.
    const { startHttp } = await import('./http/server.ts');
    const close = await startHttp({
      bind,
      log: this.#log,
      lifecycle: this.#lifecycle,
      health: this.#health,
      metrics: this.#metrics,
      servePprof: options.httpPprof,
      readTriggerSecret: hasSecret ? readSecret : undefined,
      repositories: this.#repositories,
      readiness: options,
    });
    this.#lifecycle.atClose('http', close);
  }

  #listenForSyncSignal(): void {
    const signal = this.#input.options.syncOnSignal;
    if (signal === undefined) return;
    this.#input.host.on(signalOf(signal) ?? 'SIGHUP', () => {
      this.#log.info(0, 'signal received, syncing', { signal });
      for (const { loop } of this.#repositories) loop.trigger();
    });
  }

  /** A pass in flight may finish; when the time is nearly over it is cut, and the next start sweeps what it left. */
  async #endPasses(overdue: AbortSignal): Promise<void> {
    for (const { loop } of this.#repositories) loop.stop();
    const enough = AbortSignal.any([overdue, AbortSignal.timeout(timeToFinish(this.#input.options.shutdownTimeout))]);
    enough.addEventListener('abort', () => {
      for (const { loop } of this.#repositories) loop.cut();
    });
    await Promise.allSettled(this.#running);
    await Promise.all(this.#repositories.map(({ hooks }) => hooks.stop()));
  }
}

/** One root may be spelled in several ways, or be reached through a link. */
function refuseSharedRoots(roots: readonly string[]): void {
  const real = roots.map((root) => realpathSync(root));
  const shared = roots.filter((_root, at) => real.indexOf(real[at] ?? '') !== at);
  if (shared.length > 0) throw new PodkitError('ERR_ROOT', `two repositories have the same root: ${shared.join(', ')}`);
}
