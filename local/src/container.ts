import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.ts';
import { type Child, describeEnd, type Ended, killGroup, type ProcessSpec, startChild, stopChild } from './child.ts';
import { type Probe, runProbe } from './probe.ts';

/** A process that keeps running, and its probes. Without a liveness or readiness probe it counts as healthy once it has started. */
export type ContainerSpec = ProcessSpec & { startup: Probe; liveness?: Probe; readiness?: Probe };

export type ContainerState =
  | 'waiting'
  | 'starting'
  | 'started'
  | 'ready'
  | 'not ready'
  | 'restarting'
  | 'stopping'
  | 'stopped';

export type ContainerEvents = {
  onLine: (name: string, line: string) => void;
  onState: (name: string, state: ContainerState, detail: string) => void;
};

/** Milliseconds from SIGTERM to SIGKILL, as a Pod's terminationGracePeriodSeconds of 30. */
const gracePeriod = 30_000;

/** Runs one container as a kubelet does: probes it, and starts it again when it ends or its liveness fails. */
export class Container {
  readonly spec: ContainerSpec;
  readonly #events: ContainerEvents;
  readonly #stopping = new AbortController();
  readonly #backoff = new Backoff();
  #child: Child | undefined;
  #loop: Promise<void> | undefined;

  constructor(spec: ContainerSpec, events: ContainerEvents) {
    this.spec = spec;
    this.#events = events;
  }

  /** Start it, and keep it running until `stop`. Resolves when it has started, or was stopped before; never rejects. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#loop = this.#run(resolve).finally(resolve);
    });
  }

  /** Do not start it again. A running process keeps running until `stop`. */
  cancel(): void {
    this.#stopping.abort();
  }

  /** End it, with SIGKILL when it has not ended within the grace period. Undefined: it did not run. */
  async stop(): Promise<Ended | undefined> {
    this.cancel();
    const child = this.#child;
    if (child === undefined) return undefined;
    this.#state('stopping');
    const end = await stopChild(child, gracePeriod);
    await this.#loop;
    this.#state('stopped', describeEnd(end));
    return end;
  }

  /** End it now, with all that it started. */
  kill(): void {
    this.cancel();
    if (this.#child !== undefined) killGroup(this.#child.process);
  }

  #state(state: ContainerState, detail = ''): void {
    this.#events.onState(this.spec.name, state, detail);
  }

  async #run(onStarted: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const began = performance.now();
      this.#state('starting');
      this.#child = startChild(this.spec, (line) => this.#events.onLine(this.spec.name, line));
      const end = await this.#watch(this.#child, onStarted);
      this.#child = undefined;
      if (signal.aborted) return;
      const pause = this.#backoff.pauseAfter(performance.now() - began);
      this.#state(
        'restarting',
        `ended (${describeEnd(end)}); ${pause === 0 ? 'starting again' : `starting again in ${pause / 1000} s`}`,
      );
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Probe a process until it ends. */
  async #watch(child: Child, onStarted: () => void): Promise<Ended> {
    const ending = new AbortController();
    void child.ended.then(() => ending.abort());
    const over = AbortSignal.any([ending.signal, this.#stopping.signal]);
    if (await this.#hasStarted(child, over)) {
      onStarted();
      this.#probeReadiness(over);
      this.#probeLiveness(child, over);
    }
    return child.ended;
  }

  async #hasStarted(child: Child, over: AbortSignal): Promise<boolean> {
    const decided = new AbortController();
    let started = false;
    await runProbe(this.spec.startup, AbortSignal.any([over, decided.signal]), ({ ok, reason }) => {
      started = ok;
      decided.abort();
      if (ok) this.#state('started');
      else this.#fail(child, `startup probe failed: ${reason}`);
    });
    return started;
  }

  #probeReadiness(over: AbortSignal): void {
    if (this.spec.readiness === undefined) return this.#state('ready');
    void runProbe(this.spec.readiness, over, ({ ok, reason }) => this.#state(ok ? 'ready' : 'not ready', reason));
  }

  #probeLiveness(child: Child, over: AbortSignal): void {
    if (this.spec.liveness === undefined) return;
    void runProbe(this.spec.liveness, over, ({ ok, reason }) => {
      if (!ok) this.#fail(child, `liveness probe failed: ${reason}`);
    });
  }

  /** As the kubelet does: stop the process; `#run` then starts it again. */
  #fail(child: Child, why: string): void {
    this.#state('restarting', why);
    void stopChild(child, gracePeriod);
  }
}
