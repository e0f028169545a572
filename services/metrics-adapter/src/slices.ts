import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work between two pauses: a probe that arrives meanwhile waits no longer than a few of these. */
const slice = 5;

/** Long work in slices: where one is over (`over`), `await pause()` gives others their turn. */
export class Slices {
  #began = performance.now();

  get over(): boolean {
    return performance.now() - this.#began >= slice;
  }

  async pause(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }
}
