type Caller = { wake: () => void; woken: boolean; timer: NodeJS.Timeout };

/** Callers that wait for a place, up to the timeout. A caller that is woken asks again. */
export class BulkheadCallers {
  readonly #queueTimeout: number;
  readonly #callers = new Map<object, Caller>();
  readonly #late = new WeakSet<object>();

  /** `queueTimeout` is in milliseconds. */
  constructor(queueTimeout: number) {
    this.#queueTimeout = queueTimeout;
  }

  get size(): number {
    return this.#callers.size;
  }

  has(caller: object): boolean {
    return this.#callers.has(caller);
  }

  add(caller: object, wake: () => void): void {
    const known = this.#callers.get(caller);
    if (known !== undefined) {
      known.wake = wake;
      known.woken = false;
      return;
    }
    const timer = setTimeout(() => this.#giveUp(caller), this.#queueTimeout);
    this.#callers.set(caller, { wake, woken: false, timer });
  }

  remove(caller: object): void {
    clearTimeout(this.#callers.get(caller)?.timer);
    this.#callers.delete(caller);
  }

  /** Whether it has waited too long; true only once. */
  isLate(caller: object): boolean {
    return this.#late.delete(caller);
  }

  /** Wake as many callers as there are places, those that have waited longest first. */
  wake(places: number): void {
    let left = places;
    for (const caller of this.#callers.values()) {
      if (left <= 0) return;
      if (caller.woken) continue;
      caller.woken = true;
      caller.wake();
      left -= 1;
    }
  }

  #giveUp(caller: object): void {
    const known = this.#callers.get(caller);
    this.#callers.delete(caller);
    this.#late.add(caller);
    known?.wake();
    // It may have been woken for a place that it does not take now: the next caller gets that place.
    if (known?.woken) this.wake(1);
  }
}
