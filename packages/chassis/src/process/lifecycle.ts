import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, PodkitError } from '../errors.ts';

export type LifecycleState = 'starting' | 'started' | 'ready' | 'unready' | 'draining' | 'closed' | 'exited';

/** One change of state: when (milliseconds since the epoch), to what, and why. */
export type LifecycleEvent = { state: LifecycleState; at: number; reason: string };

/** Releases something at the end. `signal` aborts when the deadline has passed. */
export type Closer = (signal: AbortSignal) => void | Promise<void>;

export type LifecycleOptions = {
  /** Milliseconds to keep answering after the drain begins. */
  drainDelay: number;
  /** Milliseconds that all closers together may take after that. */
  shutdownTimeout: number;
  now?: () => number;
};

/**
 * The one state machine of a service:
 * `starting → started → ready ⇄ unready → draining → closed → exited`.
 *
 * Signals, HTTP and probes drive and watch it; it depends on none of them.
 */
export class Lifecycle {
  readonly events: LifecycleEvent[] = [];
  readonly #options: LifecycleOptions;
  readonly #listeners = new Set<(event: LifecycleEvent) => void>();
  readonly #closers: { name: string; close: Closer }[] = [];
  #state: LifecycleState = 'starting';
  #drained: Promise<void> | undefined;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.#enter('starting', 'process started');
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** True from the moment the drain begins, to the end. */
  get draining(): boolean {
    return this.#state === 'draining' || this.#state === 'closed' || this.#state === 'exited';
  }

  /** Call when the service can answer its first request. */
  markStarted(reason = 'startup finished'): void {
    if (this.#state === 'starting') this.#enter('started', reason);
  }

  /** Record the result of the readiness checks. It changes nothing before the start and after the drain began. */
  setReady(ready: boolean, reason: string): void {
    const target = ready ? 'ready' : 'unready';
    if (this.#state === 'starting' || this.draining || this.#state === target) return;
    this.#enter(target, reason);
  }

  /** Call `listener` at each change. Returns the function that ends it. */
  onChange(listener: (event: LifecycleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Release something when the service closes; what was registered last is released first. */
  atClose(name: string, close: Closer): void {
    this.#closers.push({ name, close });
  }

  /**
   * Stop gracefully: draining, `drainDelay`, every closer, closed. Calling it again returns the same promise.
   *
   * @throws {PodkitError} ERR_DRAIN_DEADLINE when the closers took longer than `shutdownTimeout`,
   *   ERR_CLOSE when one of them failed (the others still ran)
   */
  drain(reason: string): Promise<void> {
    this.#drained ??= this.#drain(reason);
    return this.#drained;
  }

  /** The last state; nothing follows. */
  markExited(reason: string): void {
    if (this.#state !== 'exited') this.#enter('exited', reason);
  }

  async #drain(reason: string): Promise<void> {
    this.#enter('draining', reason);
    await sleep(this.#options.drainDelay);
    const overdue = new AbortController();
    const done = new AbortController();
    const deadline = sleep(this.#options.shutdownTimeout, 'late' as const, { signal: done.signal }).catch(
      () => 'done' as const,
    );
    const failures: string[] = [];
    const outcome = await Promise.race([
      this.#closeAll(overdue.signal, failures).then(() => 'done' as const),
      deadline,
    ]);
    done.abort();
    if (outcome === 'late') {
      overdue.abort();
      throw new PodkitError('ERR_DRAIN_DEADLINE', `still closing after ${this.#options.shutdownTimeout} ms; cut off`);
    }
    this.#enter('closed', failures.length === 0 ? 'everything released' : failures.join('; '));
    if (failures.length > 0) throw new PodkitError('ERR_CLOSE', failures.join('; '));
  }

  async #closeAll(signal: AbortSignal, failures: string[]): Promise<void> {
    for (const { name, close } of this.#closers.toReversed()) {
      try {
        await close(signal);
      } catch (error) {
        failures.push(`${name}: ${describeError(error)}`);
      }
    }
  }

  #enter(state: LifecycleState, reason: string): void {
    this.#state = state;
    const event = { state, at: (this.#options.now ?? Date.now)(), reason };
    this.events.push(event);
    // Bounded for a Pod that flaps for weeks; the first event (the start) is kept.
    if (this.events.length > 200) this.events.splice(1, 1);
    for (const listener of this.#listeners) listener(event);
  }
}
