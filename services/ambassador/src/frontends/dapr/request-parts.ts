import { textToKey } from '../../store/key.ts';
import type { Condition, Key, ReadOptions, SetOptions } from '../../store/store.ts';
import { StoreError } from '../../store/store-error.ts';
import { illegalKey, malformed } from './errors.ts';

export type Metadata = Record<string, string>;

/** The path's parts as Dapr splits them: on the escaped path, then query-unescaped, so that `+` is a space. */
export function splitPath(url: string): string[] {
  const path = url.split('?', 1)[0] ?? '';
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
  } catch {
    throw malformed(`invalid URL escape in ${JSON.stringify(path)}`);
  }
}

/** `?metadata.X=v` as {X: v}. */
export function readMetadata(query: URLSearchParams): Metadata {
  const pairs = [...query].filter(([name]) => name.startsWith('metadata.'));
  return Object.fromEntries(pairs.map(([name, value]) => [name.slice('metadata.'.length), value]));
}

/** The key that a caller named. Dapr reserves `||` for its prefixes. */
export function parseKey(name: unknown, store: string): Key {
  if (typeof name !== 'string' || name === '')
    throw malformed('failed to read the request: "key" must be a non-empty string');
  if (name.includes('||')) throw illegalKey(name, store);
  return textToKey(name);
}

export function readOptions(consistency: unknown): ReadOptions {
  return consistency === 'strong' ? { consistency: 'strong' } : {};
}

/** An invalid option. The operation that reads it sets the error code of the response: Dapr has one for each operation. */
const badOption = (message: string) => new StoreError('ERR_OPTION', message);

/**
 * Milliseconds to live from `ttlInSeconds`; `-1` asks for none.
 *
 * @throws {StoreError} ERR_OPTION where it is not a whole number of seconds
 */
export function parseTtl(metadata: Metadata): Pick<SetOptions, 'ttl'> | { never: true } {
  const text = metadata.ttlInSeconds;
  if (text === undefined || text === '') return {};
  if (text === '-1' || text === '0') return { never: true };
  if (!/^[1-9]\d{0,9}$/.test(text)) throw badOption(`incorrect value for metadata 'ttlInSeconds': ${text}`);
  return { ttl: Number(text) * 1000 };
}

/**
 * Which write the options ask for. First-write without an etag means: only if there is nothing.
 *
 * @throws {StoreError} ERR_OPTION for a concurrency or consistency that does not exist
 */
export function parseCondition(
  etag: string | undefined,
  concurrency: unknown,
  consistency: unknown,
): Condition & ReadOptions {
  if (!isOneOf(concurrency, ['first-write', 'last-write']))
    throw badOption(`unrecognized concurrency model '${String(concurrency)}'`);
  if (!isOneOf(consistency, ['strong', 'eventual']))
    throw badOption(`unrecognized consistency model '${String(consistency)}'`);
  return {
    ...readOptions(consistency),
    ...(etag !== undefined && etag !== '' ? { ifMatch: etag } : {}),
    ...((etag === undefined || etag === '') && concurrency === 'first-write' ? { ifAbsent: true } : {}),
  };
}

const isOneOf = (value: unknown, words: readonly string[]): boolean =>
  value === undefined || value === null || value === '' || (typeof value === 'string' && words.includes(value));

/** An etag in a body: a string, or the object that the JavaScript SDK makes of it in a transaction. */
export function etagIn(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && 'value' in value && typeof value.value === 'string') return value.value;
  throw malformed('failed to read the request: "etag" must be a string');
}
