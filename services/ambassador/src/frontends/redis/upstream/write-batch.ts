import type { Socket } from 'node:net';

const room = 64 * 1024;
/** Larger pieces are sent without a copy. */
export const sentWithoutCopy = 16 * 1024;

/** Gathers bytes for one socket, so that those of a turn of the event loop go out in one write. */
export class WriteBatch {
  length = 0;
  #buffer = Buffer.allocUnsafeSlow(room);
  #used = 0;
  #begin = 0;
  #parts: Buffer[] = [];

  /** Add `source[start .. end)`; what is large is kept as a reference, the rest is copied. */
  add(source: Buffer, start: number, end: number): void {
    const size = end - start;
    this.length += size;
    if (size > sentWithoutCopy) {
      this.#cut();
      this.#parts.push(source.subarray(start, end));
      return;
    }
    if (this.#used + size > room) this.#renew();
    source.copy(this.#buffer, this.#used, start, end);
    this.#used += size;
  }

  /** Write all that was added, as one piece for the network. */
  writeTo(socket: Socket): void {
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    this.length = 0;
    if (parts.length > 1) socket.cork();
    for (const part of parts) socket.write(part);
    if (parts.length > 1) socket.uncork();
  }

  #cut(): void {
    if (this.#used > this.#begin) this.#parts.push(this.#buffer.subarray(this.#begin, this.#used));
    this.#begin = this.#used;
  }

  /** The socket may still read the old memory, so it is never written again. */
  #renew(): void {
    this.#cut();
    this.#buffer = Buffer.allocUnsafeSlow(room);
    this.#used = this.#begin = 0;
  }
}
