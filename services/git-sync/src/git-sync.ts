import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Health } from '@podkit/chassis/http/health';
import { addLifecycleChecks } from '@podkit/chassis/http/probes';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import { Lifecycle } from '@podkit/chassis/process/lifecycle';
import { releaseMemory } from '@podkit/chassis/unsafe/release-memory';
import { addUser } from './add-user.ts';
import type { CommandHost } from './command.ts';
import { Ending } from './ending.ts';
import { hookEnvironment } from './git/environment.ts';
import type { Step } from './git/git.ts';
import { makePrivateDirectory, removePrivateDirectory } from './git/private-directory.ts';
import { warnOfOldGit } from './git/version.ts';
import { Log } from './log/log.ts';
import { Redactor } from './log/redactor.ts';
import { type Metrics, noMetrics, type SyncMetrics } from './metrics/metrics.ts';
import type { NamedOptions } from './options/repositories.ts';
import type { Options } from './options/schema.ts';
import { secretsOf, shownFlags, triggerSecret } from './options/secrets.ts';
import { signalOf } from './options/signals.ts';
import { addReadinessChecks } from './readiness.ts';
import { createSyncedRepository, type SyncedRepository } from './synced-repository.ts';

export type GitSyncInput = {
  host: CommandHost;
  version: string;
  options: Options;
  /** What was given as flags, for the start-up line. */
  flags: ReadonlyMap<string, string>;
  repositories: readonly NamedOptions[];
  step: Step;
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
  #metrics: Metrics = noMetrics;
  #repositories: SyncedRepository[] = [];
  #running: Promise<void>[] = [];

  constructor(input: GitSyncInput) {
    this.#input = input;
    const { host, options, version } = input;
    for (const secret of secretsOf(options)) this.#redactor.add(secret);
    const identity = { pod: options.podName, namespace: options.podNamespace, node: options.nodeName };
    this.#log = new Log({
      verbosity: options.verbose,
      write: (line) => host.stderr.write(line),
      redactor: this.#redactor,
      fields: { service, version, ...Object.fromEntries(Object.entries(identity).filter(([, value]) => value)) },
    });
    this.#lifecycle = new Lifecycle({
      drainDelay: options.oneTime ? 0 : options.drainDelay,
      shutdownTimeout: options.shutdownTimeout,
    });
    this.#ending = new Ending({ host, lifecycle: this.#lifecycle, log: this.#log, oneTime: options.oneTime });
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
    this.#running = this.#repositories.map(({ loop }) => loop.run());
    try {
      await Promise.all(this.#running);
    } catch (error) {
      return this.#ending.fail(error, 'too many failures, aborting');
    }
    if (options.oneTime) this.#ending.drain('one-time sync done', exitCodes.ok);
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
    await warnOfOldGit(options.git, this.#log, hookEnvironment(host.env));
    const roots = repositories.map((repository) => repository.options.root ?? '');
    for (const root of roots) mkdirSync(root, { recursive: true, mode: 0o775 });
    const directory = await makePrivateDirectory([tmpdir(), '/dev/shm', ...roots]);
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

  async #createMetrics(): Promise<Metrics> {
    const { options, version } = this.#input;
    const { createPrometheus } = await import('./metrics/prometheus.ts');
    return createPrometheus({ service, version, several: options.configFile !== undefined });
  }

  #create(name: string, options: Options, directory: string, metrics: SyncMetrics) {
    const { host, options: shared, step } = this.#input;
    mkdirSync(directory, { mode: 0o700 });
    const several = shared.configFile !== undefined;
    const log = several ? this.#log.child({ fields: { repository: name } }) : this.#log;
    return createSyncedRepository({
      name,
      options,
      env: host.env,
      directory,
      log,
      redactor: this.#redactor,
      metrics,
      step,
      // What starting took is given back once there is nothing to do but to wait.
      onSynced: () => (options.oneTime ? undefined : releaseMemory()),
    });
  }

  async #startHttp(bind: string): Promise<void> {
    const { options } = this.#input;
    const secret = triggerSecret(options);
    this.#redactor.add(secret);
    // Loaded only where it is needed, as the metrics are: it is memory, and time to start.
    const { startHttp } = await import('./http/server.ts');
    const close = await startHttp({
      bind,
      log: this.#log,
      lifecycle: this.#lifecycle,
      health: this.#health,
      metrics: this.#metrics,
      servePprof: options.httpPprof,
      triggerSecret: secret,
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
    const enough = AbortSignal.any([overdue, AbortSignal.timeout(this.#input.options.shutdownTimeout * 0.75)]);
    enough.addEventListener('abort', () => {
      for (const { loop } of this.#repositories) loop.cut();
    });
    await Promise.allSettled(this.#running);
    await Promise.all(this.#repositories.map(({ hooks }) => hooks.stop()));
  }
}
