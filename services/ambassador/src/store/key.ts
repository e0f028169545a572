import { isUtf8 } from 'node:buffer';
import type { Key } from './store.ts';
import { StoreError } from './store-error.ts';

// oxlint-disable-next-line no-control-regex -- ASCII is meant, NUL included
const ascii = /^[\0-\x7f]*$/;

/** The key of a text: its UTF-8 bytes, one character each. */
export const textToKey = (text: string): Key => (ascii.test(text) ? text : Buffer.from(text).toString('latin1'));

export const bytesToKey = (bytes: Buffer): Key => bytes.toString('latin1');

export const keyToBytes = (key: Key): Buffer => Buffer.from(key, 'latin1');

/** The key as text, undefined where its bytes are not UTF-8. */
export function keyToText(key: Key): string | undefined {
  if (ascii.test(key)) return key;
  const bytes = keyToBytes(key);
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

/** For backends that store text. */
export const notText = (): StoreError => new StoreError('ERR_KEY', 'this store takes keys of UTF-8 without NUL only');

/**
 * The key as text.
 *
 * @throws {StoreError} ERR_KEY where it is not UTF-8 or has a NUL
 */
export function requireText(key: Key): string {
  const text = keyToText(key);
  if (text !== undefined && !text.includes('\0')) return text;
  throw notText();
}

/** The key for messages: quoted, with what is not text escaped. */
export const shownKey = (key: Key): string => JSON.stringify(keyToText(key) ?? key);
