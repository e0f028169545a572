import type { Words } from '../protocol/encode-request.ts';
import { type DecodedReply, ReplyError } from '../protocol/reply-decoder.ts';
import { ForwardingConnection } from './forwarding-connection.ts';
import { type RedisServer, UpstreamError } from './redis-server.ts';

/**
 * One request over a connection of its own.
 *
 * @throws {UpstreamError} when there is no reply, or an error
 */
export async function askOnce(server: RedisServer, words: Words): Promise<DecodedReply | undefined> {
  const connection = new ForwardingConnection({ server, protocol: 2, onClose: () => undefined });
  try {
    const [reply] = await connection.ask([words]);
    if (reply instanceof ReplyError) throw new UpstreamError(reply.message, false);
    return reply;
  } finally {
    connection.close('asked');
  }
}
