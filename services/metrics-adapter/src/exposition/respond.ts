import { Readable } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import type { Family } from '../series/family.ts';
import { Slices } from '../slices.ts';
import type { ContentCoding, ExpositionFormat } from './negotiate.ts';
import { encodeProtobuf } from './protobuf.ts';
import { encodeText } from './text.ts';

/** Minimum size of a piece: many small pieces would be slower. */
const leastPieceBytes = 131_072;

/** The families in a format, in pieces of bytes. Others can run between them. */
export async function* encode(families: readonly Family[], format: ExpositionFormat): AsyncGenerator<Buffer> {
  const pieces =
    format.kind === 'protobuf'
      ? encodeProtobuf(families, format.escaping)
      : encodeText(families, { openMetrics: format.kind === 'openmetrics', escaping: format.escaping });
  let pending: Buffer[] = [];
  let size = 0;
  const slices = new Slices();
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    pending.push(bytes);
    size += bytes.length;
    if (size >= leastPieceBytes) {
      yield Buffer.concat(pending);
      pending = [];
      size = 0;
    }
    if (slices.over) await slices.pause();
  }
  if (size > 0) yield Buffer.concat(pending);
}

/** The same as a stream with a content coding. The fastest level is used, since pages stay in the cluster. */
export function createPageStream(
  families: readonly Family[],
  format: ExpositionFormat,
  coding: ContentCoding,
): Readable {
  const plain = Readable.from(encode(families, format), { objectMode: false });
  if (coding === 'identity') return plain;
  const compressor =
    coding === 'gzip'
      ? createGzip({ level: 1 })
      : createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  plain.on('error', (error) => compressor.destroy(error));
  compressor.on('close', () => plain.destroy());
  return plain.pipe(compressor);
}
