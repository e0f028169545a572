import { keyToBytes } from '../../../store/key.ts';
import type { Key } from '../../../store/store.ts';
import type { RequestParser } from '../protocol/request-parser.ts';
import type { ForwardingConnection } from '../upstream/forwarding-connection.ts';

/**
 * Add the parser's request to what is sent to the Redis, with a prefix before the keys at `positions` (in rising
 * order).
 */
export function addPrefixed(
  connection: Pick<ForwardingConnection, 'add'>,
  { buffer, starts, ends, frameStart, frameEnd }: RequestParser,
  prefix: Buffer,
  positions: readonly number[],
): void {
  let from = frameStart;
  for (const position of positions) {
    const start = starts[position] ?? 0;
    const length = (ends[position] ?? 0) - start;
    // A key is preceded by `$length\r\n`.
    const header = start - String(length).length - 3;
    connection.add(buffer, from, header);
    const replaced = Buffer.from(`$${prefix.length + length}\r\n`);
    connection.add(replaced, 0, replaced.length);
    connection.add(prefix, 0, prefix.length);
    from = start;
  }
  connection.add(buffer, from, frameEnd);
}

/** A copy of the parser's request, as it is sent to the Redis. */
export function copyFrame(parser: RequestParser, keyPrefix: Key, positions: readonly number[]): Buffer {
  const { buffer, frameStart, frameEnd } = parser;
  if (keyPrefix === '') return Buffer.from(buffer.subarray(frameStart, frameEnd));
  const parts: Buffer[] = [];
  const add = (source: Buffer, start: number, end: number) => void parts.push(source.subarray(start, end));
  addPrefixed({ add }, parser, keyToBytes(keyPrefix), positions);
  return Buffer.concat(parts);
}
