import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { describeError, getErrorCode } from '@podkit/chassis/errors';
import { FetchError } from './errors.ts';

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  'x-gzip': promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  deflate: inflateEither,
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress),
  zstd: promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress),
};

/** The value of Accept-Encoding. */
export const acceptedCodings = 'zstd, gzip, deflate, br';

/** Maximum number of content codings of one response. */
const maxCodings = 3;

/** Read and decode a response of at most `maxBytes`. @throws {FetchError} too_large, parse, coding */
export async function readResponse(
  body: Readable,
  encoding: string | string[] | undefined,
  maxBytes: number,
): Promise<Buffer> {
  const codings = [encoding ?? '']
    .flat()
    .join(',')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const unknown = codings.find((coding) => !Object.hasOwn(decoders, coding));
  if (unknown !== undefined || codings.length > maxCodings) {
    discard(body);
    throw new FetchError('coding', `the response has a Content-Encoding other than ${acceptedCodings}`);
  }
  let bytes = await readAll(body, maxBytes);
  for (const coding of codings.toReversed()) bytes = await decode(bytes, coding, maxBytes);
  return bytes;
}

/** Stop reading. The aborted stream emits an error, which needs a listener. */
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
      throw new FetchError('too_large', `the response is longer than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function decode(bytes: Buffer, coding: string, maxBytes: number): Promise<Buffer> {
  try {
    return (await decoders[coding]?.(bytes, { maxOutputLength: maxBytes })) ?? bytes;
  } catch (cause) {
    const large = getErrorCode(cause) === 'ERR_BUFFER_TOO_LARGE';
    throw new FetchError(large ? 'too_large' : 'parse', `${coding}: ${describeError(cause)}`, { cause });
  }
}

/** Servers send either zlib's format, as the standard says, or raw deflate. The first two bytes tell which. */
function inflateEither(bytes: Buffer, options: { maxOutputLength: number }): Promise<Buffer> {
  const zlib = ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0;
  return promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib ? inflate : inflateRaw)(bytes, options);
}
