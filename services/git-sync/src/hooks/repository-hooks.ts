import type { Environment } from '@podkit/chassis/config/config';
import type { HttpClient } from '@podkit/chassis/http/client';
import type { Options } from '../config/schema.ts';
import { hookEnvironment } from '../git/environment.ts';
import type { Log } from '../log/log.ts';
import type { SyncMetrics } from '../metrics/metrics.ts';
import type { Tree } from '../sync/worktree.ts';
import { execHook } from './exec-hook.ts';
import { type Hook, HookRunner } from './hook-runner.ts';
import { webHook } from './web-hook.ts';

export type HookInput = {
  options: Options;
  env: Environment;
  client: HttpClient;
  log: Log;
  onRun: SyncMetrics['hook'];
};

/** The hooks of one repository. */
export class RepositoryHooks {
  readonly #after: HookRunner[];
  readonly #before: HookRunner | undefined;
  readonly #veto: Hook | undefined;
  readonly #input: HookInput;

  constructor(input: HookInput) {
    this.#input = input;
    const { exec, web, prePublish } = createHooks(input);
    this.#after = [exec, web].filter((hook) => hook !== undefined).map((hook) => this.#runner(hook));
    this.#veto = input.options.prePublishVeto ? prePublish : undefined;
    this.#before = prePublish === undefined || this.#veto !== undefined ? undefined : this.#runner(prePublish);
  }

  /** Start the pre-publish hook. With `--pre-publish-veto` wait for it, and throw its failure. */
  async beforePublish(tree: Tree, signal: AbortSignal): Promise<void> {
    this.#before?.send(tree);
    if (this.#veto === undefined) return;
    try {
      await this.#veto.run(tree, signal);
      this.#input.onRun(this.#veto.name, 'success');
    } catch (error) {
      this.#input.onRun(this.#veto.name, 'error');
      throw error;
    }
  }

  /** Start the other hooks, after a publication and after the first pass. Returns at once. */
  afterPublish(tree: Tree): void {
    for (const runner of this.#after) runner.send(tree);
  }

  /** @throws {PodkitError} ERR_ONE_TIME_HOOK for the first hook of a one-time run that failed */
  async settled(): Promise<void> {
    for (const runner of this.#all()) await runner.settled();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((runner) => runner.stop()));
  }

  #all(): HookRunner[] {
    return this.#before === undefined ? this.#after : [this.#before, ...this.#after];
  }

  #runner(hook: Hook): HookRunner {
    const { options, log, onRun } = this.#input;
    return new HookRunner({
      hook,
      log: log.child({ logger: hook.name }),
      oneTime: options.oneTime,
      onRun: (status) => onRun(hook.name, status),
    });
  }
}

function createHooks({ options, env, client, log }: HookInput) {
  const clean = hookEnvironment(env);
  const exec = options.exechookCommand;
  const before = options.prePublishExechookCommand;
  const url = options.webhookUrl;
  return {
    exec:
      exec === undefined
        ? undefined
        : execHook({
            name: 'exechook',
            command: exec,
            args: options.exechookArg,
            timeout: options.exechookTimeout,
            backoff: options.exechookBackoff,
            env: clean,
            log: log.child({ logger: 'exechook' }),
          }),
    prePublish:
      before === undefined
        ? undefined
        : execHook({
            name: 'pre-publish-exechook',
            command: before,
            args: options.prePublishExechookArg,
            timeout: options.prePublishExechookTimeout,
            backoff: options.prePublishExechookBackoff,
            env: clean,
            log: log.child({ logger: 'pre-publish-exechook' }),
          }),
    web:
      url === undefined
        ? undefined
        : webHook({
            url,
            method: options.webhookMethod,
            successStatus: options.webhookSuccessStatus,
            timeout: options.webhookTimeout,
            backoff: options.webhookBackoff,
            client,
            log: log.child({ logger: 'webhook' }),
          }),
  };
}
