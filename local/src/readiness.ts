import type { ContainerState } from './container.ts';

/** Calls `onReady` once, when all containers are ready at the same time. */
export class Readiness {
  readonly #missing: Set<string>;
  #onReady: (() => void) | undefined;

  constructor(names: readonly string[], onReady: () => void) {
    this.#missing = new Set(names);
    this.#onReady = onReady;
  }

  /** Note the state that a container is in now. */
  note(name: string, state: ContainerState): void {
    if (state === 'ready') this.#missing.delete(name);
    else this.#missing.add(name);
    if (this.#missing.size > 0) return;
    this.#onReady?.();
    this.#onReady = undefined;
  }
}
