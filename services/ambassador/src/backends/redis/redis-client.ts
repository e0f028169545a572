import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { HostPort, RedisTarget } from '../../store/raw-route.ts';

/** A client of a single Redis, of one behind Sentinel, or of a Cluster. */
export type RedisClient = Redis | Cluster;

/**
 * A client that never repeats a command by itself (a write might happen twice) and never queues commands while it is
 * disconnected: the policies decide what waits and what is repeated. It reconnects by itself, without end.
 */
export function createRedisClient(target: RedisTarget, log: (error: Error) => void): RedisClient {
  const client = target.topology.mode === 'cluster' ? cluster(target, target.topology.nodes) : single(target);
  client.on('error', log);
  return client;
}

const retryDelay = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2000);

function commonOptions({ connectTimeout, commandTimeout, tls }: RedisTarget): RedisOptions {
  return {
    protocol: 2,
    connectTimeout,
    commandTimeout,
    // A network that drops packets silently never closes the socket, so one that is silent for this time is replaced.
    socketTimeout: commandTimeout,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: retryDelay,
    enableReadyCheck: true,
    lazyConnect: true,
    keepAlive: 30_000,
    ...(tls === undefined ? {} : { tls: tls() }),
  };
}

function single(target: RedisTarget): Redis {
  const { topology, db, login } = target;
  const options: RedisOptions = { ...commonOptions(target), db, ...login() };
  if (topology.mode === 'single') {
    const { host, port, path } = topology;
    Object.assign(options, path === undefined ? { host, port } : { path });
  } else if (topology.mode === 'sentinel') {
    const { username, password } = topology.sentinelLogin();
    Object.assign(options, {
      name: topology.name,
      sentinels: [...topology.sentinels],
      // Otherwise ioredis would connect to master and Sentinels without TLS.
      ...(target.tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: target.tls() }),
      ...(username === undefined ? {} : { sentinelUsername: username }),
      ...(password === undefined ? {} : { sentinelPassword: password }),
    });
  }
  const client = new Redis({ ...options, replyMapping: 'legacy' });
  // Read again before each attempt, so that a rotated secret is used by the next connection.
  client.on('reconnecting', () => {
    Object.assign(client.options, safely(login), ...(target.tls === undefined ? [] : [{ tls: safely(target.tls) }]));
  });
  return client;
}

function cluster(target: RedisTarget, nodes: readonly HostPort[]): Cluster {
  const { login, connectTimeout } = target;
  const { enableOfflineQueue: _own, retryStrategy: _theirs, ...common } = commonOptions(target);
  const options: object = {
    lazyConnect: true,
    // For nodes that are being connected to; the store sends nothing while the cluster as a whole is away.
    enableOfflineQueue: true,
    clusterRetryStrategy: retryDelay,
    // Read for each connection, so that a rotated secret is used by the next one.
    redisOptions: {
      ...common,
      get username() {
        return login().username;
      },
      get password() {
        return login().password;
      },
    },
    slotsRefreshTimeout: connectTimeout,
    slotsRefreshInterval: 5000,
    // Otherwise the cluster client would repeat what was in flight on a lost connection, and so might write twice.
    retryDelayOnFailover: 0,
  };
  return new Cluster([...nodes], options);
}

/** A secret that cannot be read right now must not end the reconnecting. */
function safely<T extends object>(read: () => T): T | object {
  try {
    return read();
  } catch {
    return {};
  }
}
