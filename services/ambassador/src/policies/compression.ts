import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { strict } from '@podkit/chassis/config/strict';
import { Type } from 'typebox';
import { size } from '../schema/quantities.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { transform } from '../store/transform.ts';
import { definePolicy, opaque } from './policy.ts';

/** No JSON text begins with these bytes. A value that does is stored as it is behind `magic` and `plain`. */
const magic = Buffer.from([0x00, 0x70, 0x6b, 0x7a]);
const plain = 0x00;
const deflated = 0x01;

/** Deflate values of at least `minBytes`, where that makes them smaller. Values stored before stay readable. */
function compression(inner: Store, { minBytes, level }: { minBytes: number; level: number }): Store {
  const encode = (_key: string, value: Buffer): Buffer => {
    if (value.length >= minBytes) {
      const packed = Buffer.concat([magic, Buffer.from([deflated]), deflateRawSync(value, { level })]);
      if (packed.length < value.length) return packed;
    }
    return startsWithMagic(value) ? Buffer.concat([magic, Buffer.from([plain]), value]) : value;
  };
  return transform(inner, { value: { encode, decode: decompress } });
}

function decompress(_key: string, value: Buffer): Buffer {
  if (!startsWithMagic(value)) return value;
  const body = value.subarray(magic.length + 1);
  if (value[magic.length] === plain) return body;
  try {
    return inflateRawSync(body);
  } catch (cause) {
    throw new StoreError('ERR_CORRUPT', 'a compressed value is damaged', { cause });
  }
}

const startsWithMagic = (value: Buffer): boolean => value.subarray(0, magic.length).equals(magic);

export const compressionPolicy = definePolicy({
  schema: strict(
    {
      minBytes: size({ default: '1Ki', description: 'Smaller values are stored as they are.' }),
      level: Type.Integer({ default: 1, minimum: 1, maximum: 9, description: 'Zlib level.' }),
    },
    { description: 'Deflate large values.' },
  ),
  build: (settings, { inner }) => opaque(compression(inner.store, settings), inner.changes),
});
