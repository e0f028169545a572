import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A network between two processes that can be cut, healed and slowed. */
export type TcpProxy = {
  port: number;
  cut(): void;
  heal(): void;
  /** Milliseconds that each piece takes from now on. */
  slow(milliseconds: number): void;
  /** Swallow all that is sent, as a network does that lost its route: nobody is notified. `heal` ends it, for new connections. */
  swallow(): void;
  close(): Promise<void>;
};

export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  /** Sockets of which a part is missing: what came after it would make no sense. */
  const lost = new WeakSet<Socket>();
  let isCut = false;
  let swallows = false;
  let delay = 0;
  const pipe = (from: Socket, into: Socket) => {
    let last: Promise<unknown> = Promise.resolve();
    let delayed = 0;
    // In order, whatever delay each piece has: what is slow holds up what comes after it.
    const later = async (chunk: Buffer, before: Promise<unknown>) => {
      await Promise.all([before, sleep(delay)]);
      delayed -= 1;
      into.write(chunk);
    };
    sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      if (swallows || lost.has(from)) lost.add(from);
      else if (delay === 0 && delayed === 0) into.write(chunk);
      else {
        delayed += 1;
        last = later(chunk, last);
      }
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      into.destroy();
    });
  };
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const upstream = connect(to, '127.0.0.1');
    pipe(client, upstream);
    pipe(upstream, client);
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      cutAll();
    },
    heal: () => {
      isCut = false;
      swallows = false;
    },
    swallow: () => {
      swallows = true;
    },
    slow: (milliseconds) => {
      delay = milliseconds;
    },
    close: async () => {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}
