import { ProtocolError } from './protocol-error.ts';

/** An error reply; it is data here, since one may stand inside an array. */
export class ReplyError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** A decoded reply. Maps and sets arrive as flat arrays, doubles and big numbers as text, as in RESP2. */
export type DecodedReply = Buffer | string | number | boolean | null | ReplyError | DecodedReply[];

/** A string of a reply as text; empty if the reply is not a string. */
export const replyToText = (reply: DecodedReply | undefined): string =>
  reply instanceof Buffer || typeof reply === 'string' ? reply.toString() : '';

/** Bytes and how far they have been read. */
export type ReplyCursor = { bytes: Buffer; at: number };

/** Deeper than any reply that the ambassador decodes, and shallow enough for the stack. */
const maxDepth = 1000;

/**
 * Decode one complete reply, RESP2 or RESP3, and move the cursor behind it; ReplyScanner finds its end.
 *
 * @throws {ProtocolError} where it is incomplete, of an unknown type, or nested too deep
 */
export function decodeReply(cursor: ReplyCursor, depth = 0): DecodedReply {
  if (depth > maxDepth) throw new ProtocolError('reply nested too deep');
  const kind = String.fromCharCode(cursor.bytes[cursor.at] ?? 0);
  const end = cursor.bytes.indexOf('\r\n', cursor.at);
  if (end < 0) throw new ProtocolError('incomplete reply');
  const line = cursor.bytes.toString('utf8', cursor.at + 1, end);
  cursor.at = end + 2;
  switch (kind) {
    case '+':
    case ',':
    case '(':
      return line;
    case '-':
      return new ReplyError(line);
    case ':':
      return Number(line);
    case '#':
      return line === 't';
    case '_':
      return null;
    case '$':
      return bulk(cursor, Number(line));
    case '=':
      return bulk(cursor, Number(line))?.subarray(4) ?? null;
    case '!':
      return new ReplyError(String(bulk(cursor, Number(line))));
    case '|':
      elements(cursor, Number(line) * 2, depth);
      return decodeReply(cursor, depth + 1);
    case '%':
      return elements(cursor, Number(line) * 2, depth);
    case '*':
    case '~':
    case '>':
      return Number(line) < 0 ? null : elements(cursor, Number(line), depth);
    default:
      throw new ProtocolError('unknown reply type');
  }
}

function bulk(cursor: ReplyCursor, length: number): Buffer | null {
  if (length < 0) return null;
  const start = cursor.at;
  cursor.at = start + length + 2;
  return cursor.bytes.subarray(start, start + length);
}

function elements(cursor: ReplyCursor, count: number, depth: number): DecodedReply[] {
  const list: DecodedReply[] = [];
  for (let index = 0; index < count; index += 1) list.push(decodeReply(cursor, depth + 1));
  return list;
}
