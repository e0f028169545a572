/** Bytes of a key in UTF-8. Node refuses a request line with headers above 16 KiB by itself. */
const longestKey = 1024;

/** `/api/pods/{ordinal}/data/`, with whatever part of it percent-encoded. */
const prefix = /^(?:\/[^/?]*){4}\//;

/**
 * The key in a request's URL: what follows `/api/pods/{ordinal}/data/` up to the query, percent-decoded once. Nothing is resolved or joined:
 * `.`, `..`, `a/b`, `a%2Fb` and `a//b` are keys (the second and third of a slash are the same key).
 */
export function dataKey(url: string): { key: string } | { fault: string } {
  const raw = url.replace(prefix, '').split('?', 1)[0] ?? '';
  const key = decode(raw);
  if (key === undefined) return { fault: 'the key is not percent-encoded UTF-8' };
  if (key === '') return { fault: 'the key is empty' };
  if (Buffer.byteLength(key) > longestKey) return { fault: `the key is longer than ${longestKey} bytes` };
  return { key };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
