import type { Health } from '@podkit/chassis/http/health';
import type { Lifecycle } from '@podkit/chassis/process/lifecycle';

export type AvailabilityListener = (ready: boolean) => void;

/** Milliseconds between two checks. */
const interval = 500;

/**
 * Readiness as a state that the file for exec probes, the TCP port and gRPC follow. It runs the checks of `/readyz` at an
 * interval and at each change of the lifecycle.
 */
export class Availability {
  readonly #health: Health;
  readonly #lifecycle: Lifecycle;
  readonly #listeners: AvailabilityListener[] = [];
  readonly #timer: NodeJS.Timeout;
  #ready = false;

  constructor(health: Health, lifecycle: Lifecycle) {
    this.#health = health;
    this.#lifecycle = lifecycle;
    this.#timer = setInterval(() => void this.check(), interval);
    this.#timer.unref();
    lifecycle.onChange(({ state }) => {
      if (state !== 'ready' && state !== 'unready') void this.check();
    });
  }

  get ready(): boolean {
    return this.#ready;
  }

  onChange(listener: AvailabilityListener): void {
    this.#listeners.push(listener);
    listener(this.#ready);
  }

  async check(): Promise<void> {
    const { ok, checks } = await this.#health.run('readyz');
    const failing = checks.filter((check) => !check.ok).map(({ name, reason }) => `${name}: ${reason}`);
    this.#lifecycle.setReady(ok, ok ? 'all checks pass' : failing.join('; '));
    const { state } = this.#lifecycle;
    this.#set(ok && state !== 'starting' && state !== 'closed' && state !== 'exited');
  }

  /** Stop the checks and report not ready. */
  stop(): void {
    clearInterval(this.#timer);
    this.#set(false);
  }

  #set(ready: boolean): void {
    if (ready === this.#ready) return;
    this.#ready = ready;
    for (const listener of this.#listeners) listener(ready);
  }
}
