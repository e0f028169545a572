import { encodeRequest } from '../protocol/encode-request.ts';
import { type Reply, ReplyError } from '../protocol/reply-decoder.ts';
import { ForwardingConnection } from './forwarding-connection.ts';
import { type RedisServer, UpstreamError } from './redis-server.ts';
import { DecodingSink } from './sink.ts';

/**
 * One request over a connection of its own.
 *
 * @throws {UpstreamError} when there is no reply, or an error
 */
export async function askOnce(server: RedisServer, words: readonly string[]): Promise<Reply | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply[]>();
  const connection = new ForwardingConnection({ server, protocol: 2, onClose: reject });
  const frame = encodeRequest(words);
  connection.send(new DecodingSink(1, resolve, reject), frame, 0, frame.length);
  try {
    const [reply] = await promise;
    if (reply instanceof ReplyError) throw new UpstreamError(reply.message, false);
    return reply;
  } finally {
    connection.close('asked');
  }
}
