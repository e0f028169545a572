import { type ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Environment } from '@podkit/chassis/config/config';

/** Ends a turn. To be called once the program runs; gives its process, unless the start failed. */
export type Spawned = () => ChildProcess | undefined;

/**
 * Sets the environment of this process for one git at a time, while simple-git spawns it.
 *
 * Without `unsafe` flags simple-git takes git's guarded variables (`GIT_CONFIG_GLOBAL`, `GIT_SSH_COMMAND`) only from
 * `process.env`, and each repository has its own. Between `run` and `spawned` only promise callbacks run.
 *
 * simple-git does not give access to the process; Node's channel `child_process` does
 * (https://nodejs.org/api/diagnostics_channel.html#process).
 */
export class SpawnTurn {
  readonly #env: Environment;
  #last: Promise<unknown> = Promise.resolve();

  /** `env` is `process.env`. */
  constructor(env: Environment) {
    this.#env = env;
  }

  /** Wait for the turn, then run `work` with these variables set until it calls `spawned` or ends. */
  async run<T>(variables: Environment, work: (spawned: Spawned) => Promise<T>): Promise<T> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    await before;
    const restore = replaceVariables(this.#env, variables);
    let child: ChildProcess | undefined;
    const onChild = (message: unknown) => {
      child = (message as { process: ChildProcess }).process;
    };
    subscribe('child_process', onChild);
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      unsubscribe('child_process', onChild);
      restore();
      turn.resolve();
    };
    try {
      return await work(() => {
        end();
        return child;
      });
    } finally {
      end();
    }
  }
}

/** Set the variables. Gives the function that restores their former values. */
function replaceVariables(env: Environment, variables: Environment): () => void {
  const before = Object.keys(variables).map((name): [string, string | undefined] => [name, env[name]]);
  for (const [name, value] of Object.entries(variables)) setVariable(env, name, value);
  return () => {
    for (const [name, value] of before) setVariable(env, name, value);
  };
}

function setVariable(env: Environment, name: string, value: string | undefined): void {
  // An assignment of `undefined` would set the text.
  if (value === undefined) Reflect.deleteProperty(env, name);
  else env[name] = value;
}
