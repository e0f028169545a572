import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { codeOf, messageOf } from '@podkit/chassis/errors';
import { FetchError } from './errors.ts';

/** Read an answer to a limit and no further. @throws {FetchError} too_large, parse */
export async function readAnswer(body: Readable, encoding: unknown, maxBytes: number): Promise<Buffer> {
  const bytes = await readAll(body, maxBytes);
  return encoding === 'gzip' ? unzipped(bytes, maxBytes) : bytes;
}

/** Read no further. What is cut off ends with an error, which nobody else would take. */
export function discard(body: Readable): void {
  body.on('error', () => undefined).destroy();
}

async function readAll(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      discard(body);
      throw new FetchError('too_large', `the answer is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function unzipped(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    const large = codeOf(cause) === 'ERR_BUFFER_TOO_LARGE';
    throw new FetchError(large ? 'too_large' : 'parse', `gzip: ${messageOf(cause)}`, { cause });
  }
}
