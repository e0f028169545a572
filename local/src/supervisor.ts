import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.ts';
import { type Child, describeEnd, type Ended, killGroup, type ProcessSpec, startChild, stopChild } from './child.ts';
import { Container, type ContainerEvents, type ContainerSpec, type ContainerState } from './container.ts';

/** The processes that stand for the Pod: servers outside it, init processes, then sidecars and last the app. */
export type Pod = { servers: ContainerSpec[]; init: ProcessSpec[]; containers: ContainerSpec[] };

const initGracePeriod = 5000;

/**
 * Does for processes what a kubelet does for a Pod: runs the init processes one by one until each succeeds, starts
 * the containers in order, each once the one before has started, and stops all in the reverse order.
 */
export class Supervisor {
  readonly #events: ContainerEvents;
  readonly #stopping = new AbortController();
  readonly #containers: Container[] = [];
  #init: Child | undefined;

  constructor(events: ContainerEvents) {
    this.#events = events;
  }

  /** Start all of a Pod. False when stopped before it had started. */
  async start(pod: Pod): Promise<boolean> {
    // The servers are not part of the Pod, so its init processes do not wait for them.
    await Promise.all([...pod.servers.map((spec) => this.#run(spec)), this.#runInits(pod.init)]);
    for (const spec of pod.containers) await this.#run(spec);
    return !this.#stopping.signal.aborted;
  }

  /** Start nothing more. What is running keeps running until `stop`. */
  cancel(): void {
    this.#stopping.abort();
    for (const container of this.#containers) container.cancel();
  }

  /** Stop everything, last started first, each only when the one before has ended. */
  async stop(): Promise<Ended[]> {
    this.cancel();
    if (this.#init !== undefined) await stopChild(this.#init, initGracePeriod);
    const ends: (Ended | undefined)[] = [];
    for (const container of this.#containers.toReversed()) ends.push(await container.stop());
    return ends.filter((end) => end !== undefined);
  }

  /** End everything now. */
  kill(): void {
    this.cancel();
    if (this.#init !== undefined) killGroup(this.#init.process);
    for (const container of this.#containers) container.kill();
  }

  async #run(spec: ContainerSpec): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const container = new Container(spec, this.#events);
    this.#containers.push(container);
    await container.start();
  }

  async #runInits(specs: readonly ProcessSpec[]): Promise<void> {
    for (const spec of specs) await this.#runInit(spec);
  }

  /** Run a process to its end, again and again until it exits 0. */
  async #runInit(spec: ProcessSpec): Promise<void> {
    const { signal } = this.#stopping;
    const backoff = new Backoff();
    const state = (name: ContainerState, detail: string) => this.#events.onState(spec.name, name, detail);
    while (!signal.aborted) {
      const began = performance.now();
      state('starting', '');
      this.#init = startChild(spec, (line) => this.#events.onLine(spec.name, line));
      const end = await this.#init.ended;
      this.#init = undefined;
      if (end.code === 0) return state('ready', 'done');
      if (signal.aborted) return state('stopped', describeEnd(end));
      const pause = backoff.pauseAfter(performance.now() - began);
      state('restarting', `failed (${describeEnd(end)}); trying again${pause === 0 ? '' : ` in ${pause / 1000} s`}`);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
