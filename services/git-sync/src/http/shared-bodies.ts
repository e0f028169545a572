import type { Readable } from 'node:stream';
import { PodkitError } from '@podkit/chassis/errors';

type Reading = { size: number; drop: () => void };

/**
 * Reads the bodies of requests that are not authenticated yet, with a limit for each and one for all together. When all
 * together exceed theirs, the oldest is dropped: a slow sender must not block others.
 */
export class SharedBodies {
  readonly #each: number;
  readonly #together: number;
  readonly #readings = new Set<Reading>();
  #size = 0;

  constructor({ each, together }: { each: number; together: number }) {
    this.#each = each;
    this.#together = together;
  }

  /** @throws {PodkitError} ERR_TOO_LARGE (413), or ERR_OVERLOADED (503) when it was dropped */
  async read(payload: Readable): Promise<Buffer> {
    const dropped = Promise.withResolvers<never>();
    const reading = {
      size: 0,
      drop: () =>
        dropped.reject(new PodkitError('ERR_OVERLOADED', 'overloaded (too many bodies at once); retry later')),
    };
    this.#readings.add(reading);
    try {
      return await Promise.race([this.#collect(payload, reading), dropped.promise]);
    } finally {
      this.#end(reading);
      payload.resume();
    }
  }

  async #collect(payload: Readable, reading: Reading): Promise<Buffer> {
    const chunks: Buffer[] = [];
    payload.on('data', (chunk: Buffer) => {
      if (!this.#readings.has(reading)) {
        chunks.length = 0;
        return;
      }
      reading.size += chunk.length;
      this.#size += chunk.length;
      chunks.push(chunk);
      this.#makeRoom();
    });
    await new Promise<void>((resolve, reject) => {
      payload.once('end', resolve).once('error', reject).once('close', resolve);
      payload.on('data', () => {
        if (reading.size > this.#each) reject(new PodkitError('ERR_TOO_LARGE', 'the body is too large'));
      });
    });
    return Buffer.concat(chunks);
  }

  #makeRoom(): void {
    for (const reading of this.#readings) {
      if (this.#size <= this.#together) return;
      reading.drop();
      this.#end(reading);
    }
  }

  #end(reading: Reading): void {
    if (this.#readings.delete(reading)) this.#size -= reading.size;
  }
}
