import { Socket, type SocketConstructorOpts } from 'node:net';

/**
 * The memory that all clients are read into, one after the other.
 *
 * Node allocates 64 KiB for each read of a socket that a server accepted, which costs as much as all else that Node
 * does for a small request. Its option `onread` avoids that, but only for sockets that one makes oneself; so the
 * accepted handle is put into such a one.
 *
 * Unsafe: it depends on `_handle`, a private member of Node's sockets. Without it the ambassador takes 16 to 48 % more
 * CPU time for a command, most without a pipeline (`npm run bench -- ambassador/shared-input` measures the reading alone).
 */
export class SharedInput {
  readonly #memory = Buffer.allocUnsafeSlow(64 * 1024);
  readonly #kept: number;

  /** A read of more than `kept` bytes gets memory of its own, which the receiver may keep. */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /**
   * Take over a socket that a server accepted with `pauseOnConnect`. `onRead` gets memory and how many bytes at its
   * beginning are new; the next read of any client overwrites them.
   */
  adopt(accepted: Socket, onRead: (memory: Buffer, bytes: number) => void): Socket {
    const handle: unknown = Reflect.get(accepted, '_handle');
    Reflect.set(accepted, '_handle', null);
    const callback = (bytes: number) => {
      const memory = bytes > this.#kept ? Buffer.from(this.#memory.subarray(0, bytes)) : this.#memory;
      onRead(memory, bytes);
      return true;
    };
    const options = { handle, allowHalfOpen: true, onread: { buffer: this.#memory, callback } };
    const socket = new Socket(options as SocketConstructorOpts);
    // The server counts its connections by the sockets that it made, and its close waits for them.
    return socket.once('close', () => accepted.destroy());
  }
}
