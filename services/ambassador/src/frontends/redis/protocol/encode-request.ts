import { crlf } from './bytes.ts';

/** The words of a request; text is sent as UTF-8. */
export type Words = readonly (Uint8Array | string)[];

/** A request as clients send it: an array of bulk strings. */
export function encodeRequest(args: Words): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === 'string' ? Buffer.from(arg) : arg;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, crlf);
  }
  return Buffer.concat(parts);
}
