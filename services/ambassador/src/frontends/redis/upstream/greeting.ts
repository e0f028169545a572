import { type DecodedReply, ReplyError, replyToText } from '../protocol/reply-decoder.ts';
import { type RedisServer, UpstreamError } from './redis-server.ts';

/**
 * The first requests on a connection to a Redis: HELLO 3 or AUTH, then SELECT, then ROLE, each only if it is needed. `ask` sends
 * them ahead of everything that waits.
 *
 * @throws {UpstreamError} when the Redis refuses one, or is no master
 */
export async function greet(
  server: RedisServer,
  protocol: 2 | 3,
  ask: (requests: readonly string[][]) => Promise<DecodedReply[]>,
): Promise<void> {
  const requests = greetings(server, protocol);
  if (requests.length === 0) return;
  const replies = await ask(requests);
  const role = server.locate === undefined ? undefined : replies.pop();
  const refusal = replies.find((reply) => reply instanceof ReplyError);
  if (refusal instanceof ReplyError) throw new UpstreamError(`the Redis refused: ${refusal.message}`, false);
  if (Array.isArray(role) && replyToText(role[0]) !== 'master')
    throw new UpstreamError('the server that Sentinel named as the master is a replica', false);
}

function greetings({ login: loginNow, db, locate }: RedisServer, protocol: 2 | 3): string[][] {
  const { username, password: secret } = loginNow();
  const requests: string[][] = [];
  const login = secret === undefined ? [] : [username ?? 'default', secret];
  if (protocol === 3) requests.push(login.length > 0 ? ['HELLO', '3', 'AUTH', ...login] : ['HELLO', '3']);
  else if (secret !== undefined) requests.push(username === undefined ? ['AUTH', secret] : ['AUTH', ...login]);
  if (db !== 0) requests.push(['SELECT', String(db)]);
  // A Sentinel may not know the new master yet. Without permission for ROLE its reply is trusted.
  if (locate !== undefined) requests.push(['ROLE']);
  return requests;
}
