import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '@podkit/chassis/config/duration';
import { PodkitError } from '@podkit/chassis/errors';

/**
 * The file that a postStart hook writes. Kubernetes runs the hook and the process at the same time, so the file may exist
 * at the start or appear later.
 */
export class PostStartMarker {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {PodkitError} ERR_POST_START if it does not exist within `timeout` milliseconds */
  async wait(timeout: number): Promise<void> {
    const deadline = performance.now() + timeout;
    while (!existsSync(this.#path)) {
      if (performance.now() > deadline) {
        const why = `no ${this.#path} within ${formatDuration(timeout)}; has the postStart hook failed?`;
        throw new PodkitError('ERR_POST_START', why);
      }
      await sleep(50);
    }
  }

  /** Remove it, so that a restarted container waits for its own hook. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
