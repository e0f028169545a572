import { decodePercent } from '../decode-percent.ts';

/** Maximum size of a key in bytes of UTF-8. Node refuses requests whose headers exceed 16 KiB. */
const maxKeyBytes = 1024;

/** `/api/pods/{ordinal}/data/`; any part of it may be percent-encoded. */
const pathPrefix = /^(?:\/[^/?]*){4}\//;

/**
 * The key in a request's URL: what follows `/api/pods/{ordinal}/data/` up to the query, percent-decoded once. It is not
 * resolved as a path: `.`, `..`, `a/b` and `a//b` are keys, and `a%2Fb` is the key `a/b`.
 */
export function parseDataKey(url: string): { key: string } | { error: string } {
  const raw = url.replace(pathPrefix, '').split('?', 1)[0] ?? '';
  const key = decodePercent(raw);
  if (key === undefined) return { error: 'the key is not percent-encoded UTF-8' };
  if (key === '') return { error: 'the key is empty' };
  if (Buffer.byteLength(key) > maxKeyBytes) return { error: `the key is longer than ${maxKeyBytes} bytes` };
  return { key };
}
