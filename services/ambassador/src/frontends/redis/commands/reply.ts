import { ReplyWriter } from '../protocol/reply-writer.ts';

class TextReply {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A short status such as OK. */
export class Status extends TextReply {}

/** An error reply; thrown by a command, or an element of its reply. The message begins with Redis' error code. */
export class CommandError extends Error {}

/** Pairs, which RESP3 knows as a map. */
export class MapReply {
  readonly pairs: readonly (readonly [Reply, Reply])[];

  constructor(pairs: readonly (readonly [Reply, Reply])[]) {
    this.pairs = pairs;
  }
}

class ListReply {
  readonly members: readonly Reply[];

  constructor(members: readonly Reply[]) {
    this.members = members;
  }
}

/** Members of a set, as RESP3 knows it. */
export class SetReply extends ListReply {}

/** A message out of band; in RESP2 an array. */
class Push extends ListReply {}

/** Text for people, as INFO answers it. */
export class Verbatim extends TextReply {}

/** The null array of RESP2: an EXEC whose watched keys changed. */
export class NullArray {
  readonly isNull = true;
}

/** Bytes as text, a byte per character. */
export class Latin1 extends TextReply {}

/** The reply of a command; strings and bytes become bulk strings. */
export type Reply =
  | Uint8Array
  | string
  | number
  | bigint
  | null
  | Status
  | CommandError
  | Latin1
  | MapReply
  | NullArray
  | Push
  | SetReply
  | Verbatim
  | readonly Reply[];

export const ok = new Status('OK');

/** Encode a reply for the protocol that the writer is set to. */
export function writeReply(writer: ReplyWriter, reply: Reply): void {
  if (reply === null) return writer.null();
  if (typeof reply === 'number' || typeof reply === 'bigint') return writer.integer(reply);
  if (typeof reply === 'string' || reply instanceof Uint8Array) return writer.bulk(reply);
  if (reply instanceof Latin1) return writer.latin1(reply.text);
  if (reply instanceof Status) return writer.simple(reply.text);
  if (reply instanceof CommandError) return writer.error(reply.message);
  if (reply instanceof NullArray) return writer.nullArray();
  if (reply instanceof Verbatim) return writer.verbatim(reply.text);
  if (reply instanceof MapReply) {
    writer.map(reply.pairs.length);
    for (const pair of reply.pairs) for (const part of pair) writeReply(writer, part);
    return;
  }
  const members = reply instanceof ListReply ? reply.members : reply;
  if (reply instanceof SetReply) writer.set(members.length);
  else if (reply instanceof Push) writer.push(members.length);
  else writer.array(members.length);
  for (const part of members) writeReply(writer, part);
}

/** A reply as bytes of its own. */
export function encodeReply(protocol: 2 | 3, reply: Reply): Buffer {
  const writer = new ReplyWriter();
  writer.protocol = protocol;
  writeReply(writer, reply);
  return writer.take();
}

/** A message out of band as bytes of its own. */
export const encodePush = (protocol: 2 | 3, parts: readonly Reply[]): Buffer => encodeReply(protocol, new Push(parts));
