import { messageOf } from '@podkit/chassis/errors';
import type { HostPort, RedisTarget } from '../../engine/engine.ts';
import { encodeRequest } from '../codec/encode-request.ts';
import { type Reply, ReplyError, textOf } from '../codec/reply-decoder.ts';
import { type RedisEndpoint, UpstreamError } from './endpoint.ts';
import { ForwardingConnection } from './forwarding-connection.ts';
import { DecodingSink } from './sink.ts';

/** The server of a target that has one at a time; undefined for a Cluster. */
export function endpointOf({ topology, ...rest }: RedisTarget): RedisEndpoint | undefined {
  if (topology.mode === 'cluster') return undefined;
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

/** Ask all Sentinels at once who the master is now; the first that knows is believed. */
async function findMaster(sentinels: readonly RedisEndpoint[], name: string): Promise<HostPort> {
  try {
    return await Promise.any(sentinels.map((endpoint) => askSentinel(endpoint, name)));
  } catch (error) {
    const reasons = error instanceof AggregateError ? error.errors.map(messageOf) : [messageOf(error)];
    throw new UpstreamError(`no Sentinel knows the master ${name}: ${[...new Set(reasons)].join('; ')}`, false);
  }
}

/** Protocol: https://redis.io/docs/latest/develop/reference/sentinel-clients/ */
async function askSentinel(endpoint: RedisEndpoint, name: string): Promise<HostPort> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply[]>();
  const connection = new ForwardingConnection({ endpoint, protocol: 2, onClose: reject });
  const frame = encodeRequest(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]);
  connection.send(new DecodingSink(1, resolve, reject), frame, 0, frame.length);
  try {
    const [reply] = await promise;
    if (reply instanceof ReplyError) throw new UpstreamError(reply.message, false);
    if (!Array.isArray(reply)) throw new UpstreamError('it has no master of that name', false);
    return { host: textOf(reply[0]), port: Number(textOf(reply[1])) };
  } finally {
    connection.close('asked');
  }
}
