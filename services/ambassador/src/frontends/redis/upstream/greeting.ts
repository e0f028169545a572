import { describeError } from '@podkit/chassis/errors';
import { encodeRequest } from '../protocol/encode-request.ts';
import { type Reply, ReplyError, replyToText } from '../protocol/reply-decoder.ts';
import type { RedisServer } from './redis-server.ts';
import { DecodingSink, type ReplySink } from './sink.ts';

type Line = {
  /** Send ahead of everything that waits. */
  send(sink: ReplySink, frame: Buffer): void;
  ready(): void;
  refused(reason: string): void;
};

/** The first requests on a connection to a Redis: HELLO 3 or AUTH, then SELECT, then ROLE, where they are needed. */
export function greet(server: RedisServer, protocol: 2 | 3, line: Line): void {
  let requests: string[][];
  try {
    requests = greetings(server, protocol);
  } catch (error) {
    // A secret that cannot be read right now; the next connection reads it again.
    return line.refused(describeError(error));
  }
  if (requests.length === 0) return line.ready();
  const sink = new DecodingSink(
    requests.length,
    (replies) => {
      const role = server.locate === undefined ? undefined : replies.pop();
      const refusal = replies.find((reply: Reply) => reply instanceof ReplyError);
      if (refusal instanceof ReplyError) line.refused(`the Redis refused: ${refusal.message}`);
      else if (Array.isArray(role) && replyToText(role[0]) !== 'master')
        line.refused('the server that Sentinel named as the master is a replica');
      else line.ready();
    },
    () => undefined,
  );
  line.send(sink, Buffer.concat(requests.map(encodeRequest)));
}

function greetings({ login: loginNow, db, locate }: RedisServer, protocol: 2 | 3): string[][] {
  const { username, password: secret } = loginNow();
  const requests: string[][] = [];
  const login = secret === undefined ? [] : [username ?? 'default', secret];
  if (protocol === 3) requests.push(login.length > 0 ? ['HELLO', '3', 'AUTH', ...login] : ['HELLO', '3']);
  else if (secret !== undefined) requests.push(username === undefined ? ['AUTH', secret] : ['AUTH', ...login]);
  if (db !== 0) requests.push(['SELECT', String(db)]);
  // A Sentinel may not know the new master yet. Without permission for ROLE its answer is trusted.
  if (locate !== undefined) requests.push(['ROLE']);
  return requests;
}
