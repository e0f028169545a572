import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work between two pauses. A probe that arrives during the work waits for a few slices at most. */
const sliceMilliseconds = 5;

/** Divides long work into slices. When `over` is true, `await pause()` lets others run. */
export class Slices {
  #began = performance.now();

  get over(): boolean {
    return performance.now() - this.#began >= sliceMilliseconds;
  }

  async pause(): Promise<void> {
    await nextTurn();
    this.#began = performance.now();
  }
}
