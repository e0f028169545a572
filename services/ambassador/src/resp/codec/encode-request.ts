/** A request as clients send it: an array of bulk strings. Text is encoded as UTF-8. */
export function encodeRequest(args: readonly (Uint8Array | string)[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === 'string' ? Buffer.from(arg) : arg;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, crlf);
  }
  return Buffer.concat(parts);
}

const crlf = Buffer.from('\r\n');
