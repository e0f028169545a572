import { once } from 'node:events';
import { connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';
import { bindEach, cannotListen, parseAddress } from './address.ts';
import { removeSocketFile } from './socket-file.ts';
import { StreamLines } from './stream-lines.ts';

export type StreamListenerOptions = {
  maxLineBytes: number;
  /** The open connections of all listeners, which share `maxConnections`. */
  connections: Set<Socket>;
  maxConnections: number;
  /** Milliseconds without a byte after which a connection is closed. */
  idleTimeout: number;
  onLines: (text: string) => void;
  onConnection: () => void;
  onTooLong: () => void;
  /** Called when a connection fails or is refused because there are too many. It is closed. */
  onConnectionError: (error: unknown) => void;
};

export type StreamListener = { readonly port: number; stop(): Promise<void> };

/**
 * Receive lines over TCP.
 *
 * @throws {PodkitError} ERR_LISTEN
 */
export async function listenTcp(address: string, options: StreamListenerOptions): Promise<StreamListener> {
  const bind = (host: string | undefined, port: number) =>
    listen(host === undefined ? { port } : { host, port }, options);
  const bound = await bindEach(parseAddress(address), bind, (listener) => listener.stop()).catch((cause: unknown) => {
    throw cannotListen(`TCP ${address}`, cause);
  });
  return {
    port: bound[0]?.port ?? 0,
    stop: async () => {
      await Promise.all(bound.map((listener) => listener.stop()));
    },
  };
}

/**
 * Receive lines, or packets of DogStatsD clients, over a Unix stream socket. A stale socket file is replaced. A socket in
 * use and any other file are an error.
 *
 * @throws {PodkitError} ERR_LISTEN
 */
export async function listenUnix(path: string, options: StreamListenerOptions): Promise<StreamListener> {
  await removeSocketFile(path, isInUse);
  try {
    return await listen({ path, readableAll: true, writableAll: true }, options);
  } catch (cause) {
    throw cannotListen(`Unix socket ${path}`, cause);
  }
}

async function listen(where: ListenOptions, options: StreamListenerOptions): Promise<StreamListener> {
  const { connections, maxConnections, onConnectionError } = options;
  const own = new Set<Socket>();
  const server = createServer((socket) => {
    if (connections.size >= maxConnections) {
      onConnectionError(new PodkitError('ERR_CONNECTIONS', `more than ${maxConnections} connections`));
      socket.destroy();
      return;
    }
    for (const set of [own, connections]) {
      set.add(socket);
      socket.once('close', () => set.delete(socket));
    }
    readConnection(socket, options);
  });
  const listening = once(server, 'listening');
  server.listen(where);
  await listening;
  server.on('error', onConnectionError);
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of own) socket.destroy();
      await closed;
    },
  };
}

function readConnection(
  socket: Socket,
  { maxLineBytes, idleTimeout, onLines, onConnection, onTooLong, onConnectionError }: StreamListenerOptions,
): void {
  onConnection();
  const lines = new StreamLines({ maxLineBytes, onLines, onTooLong });
  socket.on('data', (chunk: Buffer) => {
    try {
      lines.push(chunk);
    } catch (error) {
      onConnectionError(error);
      socket.destroy();
    }
  });
  socket.on('error', onConnectionError);
  socket.setTimeout(idleTimeout, () => socket.destroy());
  socket.once('close', () => lines.end());
}

async function isInUse(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return getErrorCode(error) !== 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
