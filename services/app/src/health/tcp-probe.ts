import { createServer, type Server } from 'node:net';

export type TcpProbeOptions = { host: string; port: number; onError: (error: unknown) => void };

/**
 * A port that listens only while the app is ready. A kubelet's TCP probe succeeds once the kernel accepts the
 * connection, so only a closed listener makes it fail.
 */
export class TcpProbe {
  readonly #options: TcpProbeOptions;
  #work: Promise<void> = Promise.resolve();
  #server: Server | undefined;

  constructor(options: TcpProbeOptions) {
    this.#options = options;
  }

  set(open: boolean): void {
    this.#work = this.#work.then(() => (open ? this.#open() : this.#close())).catch(this.#options.onError);
  }

  settled(): Promise<void> {
    return this.#work;
  }

  async #open(): Promise<void> {
    if (this.#server !== undefined) return;
    const { host, port } = this.#options;
    // Nothing is read or written: the connection is the response.
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end();
      socket.destroySoon();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    });
    this.#server = server;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }
}
