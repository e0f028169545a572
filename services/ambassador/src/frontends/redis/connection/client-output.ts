import type { Socket } from 'node:net';

/** Gathers what goes out to one client, so that it takes one write per turn. */
export class ClientOutput {
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that the client has not taken yet. */
  get waiting(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.length;
  }

  /** Write all to the socket, in one piece. False: there was nothing. */
  flush(): boolean {
    const parts = this.#parts;
    if (parts.length === 0) return false;
    this.#parts = [];
    this.#bytes = 0;
    this.#socket.write(parts.length === 1 ? (parts[0] ?? '') : Buffer.concat(parts));
    return true;
  }
}
