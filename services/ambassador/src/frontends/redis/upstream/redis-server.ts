import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { HostPort, RedisTarget } from '../../../store/raw-route.ts';

/** One Redis server and how to log in. Times are milliseconds; 0 as `commandTimeout` waits without end. */
export type RedisServer = Omit<RedisTarget, 'topology'> & {
  host: string;
  port: number;
  path?: string;
  /** Looks up the master before each connect, where there is a Sentinel. */
  locate?: () => Promise<HostPort>;
};

/** The Redis could not answer. `sent` says whether the command may have been executed. */
export class UpstreamError extends PodkitError {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super('ERR_UPSTREAM', message, options);
    this.sent = sent;
  }
}

/** What a socket reports; over a Unix socket there is no TLS, since Redis offers none there. */
export type SocketEvents = {
  received: (chunk: Buffer) => void;
  connected: (socket: Socket) => void;
  /** Called at least once when it fails or ends; the first call has the reason. */
  ended: (reason: string) => void;
};

/** A socket on its way to the server. */
export function openSocket(server: RedisServer, { received, connected, ended }: SocketEvents): Socket {
  const { host, port, path, tls } = server;
  const secure = tls !== undefined && path === undefined;
  const socket = secure
    ? connectTls({ ...(isIP(host) === 0 ? { servername: host } : {}), ...tls(), host, port })
    : connectTcp(path === undefined ? { host, port } : { path });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  socket.on('data', received);
  socket.on('error', (cause) => ended(`the connection failed: ${describeError(cause)}`));
  socket.on('close', () => ended('the connection was closed'));
  return socket.once(secure ? 'secureConnect' : 'connect', () => connected(socket));
}
