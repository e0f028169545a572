import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { PodkitError } from '@podkit/chassis/errors';
import type { RedisTarget } from '../../engine/engine.ts';

/** One Redis server and how to enter it. Times are milliseconds; 0 as `commandTimeout` waits without end. */
export type RedisEndpoint = Omit<RedisTarget, 'topology'> & { host: string; port: number; path?: string };

/** The server of a target that is a single one; undefined for Sentinel and Cluster. */
export function endpointOf({ topology, ...rest }: RedisTarget): RedisEndpoint | undefined {
  if (topology.mode !== 'single') return undefined;
  const { mode: _, ...address } = topology;
  return { ...rest, ...address };
}

/** The Redis could not answer. `sent` says whether the command may have been executed all the same. */
export class UpstreamError extends PodkitError {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super('ERR_UPSTREAM', message, options);
    this.sent = sent;
  }
}

/** True where the socket is to speak TLS; over a Unix socket Redis offers none. */
export const usesTls = ({ tls, path }: RedisEndpoint): boolean => tls !== undefined && path === undefined;

/** A socket on its way to the server. */
export function openSocket(endpoint: RedisEndpoint): Socket {
  const { host, port, path, tls } = endpoint;
  const at = path === undefined ? { host, port } : { path };
  const socket = usesTls(endpoint)
    ? connectTls({ ...(isIP(host) === 0 ? { servername: host } : {}), ...tls?.(), host, port })
    : connectTcp(at);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}
