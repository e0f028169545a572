import { describeError } from '@podkit/chassis/errors';
import type { HostPort, RedisTarget } from '../../../store/raw-route.ts';
import { replyToText } from '../protocol/reply-decoder.ts';
import { askOnce } from './ask-once.ts';
import type { ForwardingConnection } from './forwarding-connection.ts';
import { type RedisServer, UpstreamError } from './redis-server.ts';

type OneServer = RedisTarget & { topology: Exclude<RedisTarget['topology'], { mode: 'cluster' }> };

/** The server of a target that is no cluster. */
export function toServer({ topology, ...rest }: OneServer): RedisServer {
  if (topology.mode === 'single') {
    const { mode: _, ...address } = topology;
    return { ...rest, ...address };
  }
  const { name, sentinels, sentinelLogin: login } = topology;
  const locate = () =>
    findMaster(
      sentinels.map((at) => ({ ...rest, ...at, login, db: 0 })),
      name,
    );
  return { ...rest, host: '', port: 0, locate };
}

/** Ask all Sentinels at once for the master; the first reply is used. */
async function findMaster(sentinels: readonly RedisServer[], name: string): Promise<HostPort> {
  try {
    return await Promise.any(sentinels.map((server) => askSentinel(server, name)));
  } catch (error) {
    const reasons = error instanceof AggregateError ? error.errors.map(describeError) : [describeError(error)];
    throw new UpstreamError(`no Sentinel knows the master ${name}: ${[...new Set(reasons)].join('; ')}`, false);
  }
}

/** Protocol: https://redis.io/docs/latest/develop/reference/sentinel-clients/ */
async function askSentinel(server: RedisServer, name: string): Promise<HostPort> {
  const reply = await askOnce(server, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
  if (!Array.isArray(reply)) throw new UpstreamError('it has no master of that name', false);
  return { host: replyToText(reply[0]), port: Number(replyToText(reply[1])) };
}

/**
 * While there are connections, ask every second which server is the master, and close those to another one: an old
 * master may still answer for a while. Returns a function that stops it.
 */
export function followMaster(locate: () => Promise<HostPort>, connections: () => ForwardingConnection[]): () => void {
  const check = async () => {
    if (connections().length === 0) return;
    const { host, port } = await locate();
    for (const connection of connections())
      if (connection.ready && (connection.at?.host !== host || connection.at.port !== port)) connection.closeWhenIdle();
  };
  // When no Sentinel answers, the connections stay as they are.
  const timer = setInterval(() => void check().catch(() => undefined), 1000);
  timer.unref();
  return () => clearInterval(timer);
}
