import type { Client } from '../client.ts';
import { asCommandError } from '../commands/errors.ts';
import { CommandError, encodeReply, ok, type Reply } from '../commands/reply.ts';
import { RequestView } from '../commands/request.ts';
import { ReplyScanner } from '../protocol/reply-scanner.ts';
import { RequestParser } from '../protocol/request-parser.ts';
import { connectionReplies, type OwnReply, ownReplies } from './connection-commands.ts';
import type { Queued } from './transaction.ts';

/** The answer to a command without a key in a transaction without a Redis. */
export function localReply(name: string): OwnReply {
  const reply = ownReplies[name] ?? connectionReplies[name];
  if (reply !== undefined) return reply;
  if (name === 'unwatch') return () => ok;
  throw new CommandError(`ERR ${name.toUpperCase()} is not supported inside MULTI here`);
}

/** The request of a queued frame. */
export function parsedRequest({ endpoint }: Client, frame: Buffer): RequestView {
  const parser = new RequestParser(endpoint.limits);
  parser.push(frame);
  parser.next();
  return new RequestView(parser);
}

/**
 * The reply to EXEC, with the endpoint's own replies at their places among those of the Redis. A reply that is no
 * array, such as an error, stays unchanged.
 */
export function withOwnReplies(client: Client, reply: Buffer, queued: readonly Queued[]): Buffer {
  const header = /^\*(\d+)\r\n/.exec(reply.toString('latin1', 0, 32));
  if (header === null) return reply;
  let at = header[0].length;
  const parts: Buffer[] = [Buffer.from(`*${queued.length}\r\n`)];
  for (const { name, frame, own } of queued) {
    if (own) {
      parts.push(encodeReply(client.session.protocol, ownReply(client, name, frame)));
      continue;
    }
    const end = new ReplyScanner().scan(reply, at);
    parts.push(reply.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function ownReply(client: Client, name: string, frame: Buffer): Reply {
  try {
    return localReply(name)(client, parsedRequest(client, frame));
  } catch (error) {
    return asCommandError(error);
  }
}
