import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { strict } from '@podkit/chassis/config/strict';
import { Type } from 'typebox';
import { readSecret } from '../backends/secret-files.ts';
import { keyToBytes } from '../store/key.ts';
import type { Key, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { transform } from '../store/transform.ts';
import { definePolicy, opaque } from './policy.ts';

export type EncryptionKey = { id: string; secret: Buffer };

const magic = Buffer.from([0x00, 0x70, 0x6b, 0x65, 0x01]);
const nonceLength = 12;
const tagLength = 16;

/** @throws {StoreError} ERR_CORRUPT when the file holds no key of 32 bytes; the message never shows what it holds */
function readKey({ id, file }: { id: string; file: string }): EncryptionKey {
  const text = readSecret(file).trim();
  const secret = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (secret.length === 32) return { id, secret };
  throw new StoreError('ERR_CORRUPT', `encryption key ${id}: ${file} must hold 32 bytes as 64 hex digits or base64`);
}

/**
 * AES-256-GCM around each value: `magic, length of key id, key id, nonce, ciphertext, tag`. The store's name and the key
 * are authenticated too, so a ciphertext cannot be moved to another key. The first of the keys encrypts, all decrypt.
 */
function encryption(inner: Store, keys: readonly EncryptionKey[], acceptPlaintext: boolean): Store {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const bound = (key: Key) => Buffer.concat([Buffer.from(`${inner.info.name}\0`), keyToBytes(key)]);
  const encode = (key: Key, value: Buffer): Buffer => {
    const [primary] = keys;
    if (primary === undefined) throw new StoreError('ERR_CORRUPT', 'there is no encryption key');
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', primary.secret, nonce).setAAD(bound(key));
    const id = Buffer.from(primary.id);
    const sealed = [cipher.update(value), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat([magic, Buffer.from([id.length]), id, nonce, ...sealed]);
  };
  const decode = (key: Key, value: Buffer): Buffer => {
    if (!value.subarray(0, magic.length).equals(magic)) {
      if (acceptPlaintext) return value;
      throw new StoreError('ERR_CORRUPT', 'the value is not encrypted');
    }
    return unseal(value, bound(key), byId);
  };
  return transform(inner, { value: { encode, decode } });
}

function unseal(value: Buffer, aad: Buffer, byId: ReadonlyMap<string, EncryptionKey>): Buffer {
  const idEnd = magic.length + 1 + (value[magic.length] ?? 0);
  const id = value.toString('latin1', magic.length + 1, idEnd);
  const key = byId.get(id);
  if (key === undefined)
    throw new StoreError(
      'ERR_CORRUPT',
      `the value needs encryption key ${JSON.stringify(id)}, which is not configured`,
    );
  const sealed = value.subarray(idEnd + nonceLength, value.length - tagLength);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.secret, value.subarray(idEnd, idEnd + nonceLength))
      .setAAD(aad)
      .setAuthTag(value.subarray(value.length - tagLength));
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  } catch (cause) {
    throw new StoreError('ERR_CORRUPT', 'the value cannot be decrypted: another key, or damaged', { cause });
  }
}

export const encryptionPolicy = definePolicy({
  schema: strict(
    {
      keys: Type.Array(
        strict({
          id: Type.String({
            pattern: '^[A-Za-z0-9_-]{1,32}$',
            description: 'Name of the key; it is stored with each value.',
          }),
          file: Type.String({ description: 'File with 32 bytes, as 64 hex digits or base64.' }),
        }),
        { minItems: 1, description: 'The first encrypts; all decrypt.' },
      ),
      acceptPlaintext: Type.Boolean({
        default: false,
        description: 'Let through values that are not encrypted, for a migration.',
      }),
    },
    { description: 'AES-256-GCM; store and key name are authenticated too.' },
  ),
  build: ({ keys, acceptPlaintext }, { inner }) =>
    opaque(encryption(inner.store, keys.map(readKey), acceptPlaintext), inner.changes),
});
