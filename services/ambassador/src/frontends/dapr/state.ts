import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { keyToText } from '../../store/key.ts';
import type { Entry, Key, Store, WriteResult } from '../../store/store.ts';
import { asStoreError, StoreError, type StoreErrorCode } from '../../store/store-error.ts';
import { objectMembers, parseJson, parseSave, parseTransaction } from './body.ts';
import { DaprError, malformed, storeFailure, transactionsUnsupported } from './errors.ts';
import { parseCondition, parseKey, readMetadata, readOptions } from './request-parts.ts';

/** A request to a store, with all that the state API uses of it. */
export type StateRequest = {
  store: Store;
  name: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
  /** How many entries a page of a query may have. */
  queryMaxPage: number;
};

export type DaprResponse = { status: number; headers?: Record<string, string>; body?: Buffer | string | Readable };

export const answerJson = (value: unknown): DaprResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** https://docs.dapr.io/reference/api/state_api/#save-state */
export async function saveState({ store, name, query, headers, body }: StateRequest): Promise<DaprResponse> {
  const doing = `failed saving state in state store ${name}`;
  return attempt('ERR_STATE_SAVE', doing, async () => {
    const parsed = parseSave(body, { store: name, metadata: readMetadata(query) });
    const operations = headers['if-none-match'] === '*' ? parsed.map((item) => ({ ...item, ifAbsent: true })) : parsed;
    const [only] = operations;
    if (operations.length === 1 && only !== undefined)
      return { status: 204, headers: { etag: await store.set(only.key, only.value, only) } };
    const failed = firstFailure(await store.writeMany(operations));
    if (failed !== undefined) throw failed;
    return { status: 204 };
  });
}

/** The failure that decides the response to a bulk save: an invalid etag comes before a mismatch, and a mismatch before the others. */
function firstFailure(results: readonly (WriteResult | StoreError)[]): StoreError | undefined {
  const errors = results.filter((result) => result instanceof StoreError);
  const named = (code: StoreErrorCode) => errors.find((error) => error.code === code);
  return named('ERR_ETAG_INVALID') ?? named('ERR_ETAG_MISMATCH') ?? errors[0];
}

/** https://docs.dapr.io/reference/api/state_api/#get-state, and 304 where If-None-Match names the etag there is. */
export async function getState({ store, name, query, headers }: StateRequest, keyText: string): Promise<DaprResponse> {
  const doing = `fail to get ${keyText} from state store ${name}`;
  const entry = await attempt('ERR_STATE_GET', doing, () =>
    store.get(parseKey(keyText, name), readOptions(query.get('consistency'))),
  );
  if (entry === undefined) return { status: 204 };
  const known = [headers['if-none-match'] ?? []].flat().flatMap((text) => text.split(',').map((etag) => etag.trim()));
  const unchanged = known.includes('*') || known.some((etag) => etag.replace(/^(W\/)?"(.*)"$/, '$2') === entry.etag);
  if (unchanged) return { status: 304, headers: { etag: entry.etag } };
  return {
    status: 200,
    headers: { 'content-type': 'application/json', etag: entry.etag, ...expiryHeader(entry) },
    body: entry.value,
  };
}

const expiryHeader = (entry: Entry): Record<string, string> =>
  Object.fromEntries(Object.entries(expiryMetadata(entry)).map(([key, value]) => [`metadata.${key}`, value]));

const expiryMetadata = ({ expiresAt }: Entry): Record<string, string> =>
  expiresAt === undefined ? {} : { ttlExpireTime: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z') };

/** https://docs.dapr.io/reference/api/state_api/#delete-state */
export async function deleteState(
  { store, name, query, headers }: StateRequest,
  keyText: string,
): Promise<DaprResponse> {
  const etag = [headers['if-match']].flat()[0];
  const doing = `failed deleting state with key ${keyText}`;
  await attempt('ERR_STATE_DELETE', doing, () => {
    const { ifAbsent: _, ...condition } = parseCondition(etag, query.get('concurrency'), query.get('consistency'));
    return store.delete(parseKey(keyText, name), { ...condition, daprRules: true });
  });
  return { status: 204 };
}

/** https://docs.dapr.io/reference/api/state_api/#get-bulk-state */
export async function getBulkState({ store, name, body: asked }: StateRequest): Promise<DaprResponse> {
  const how = 'failed deserializing HTTP body';
  const keys = objectMembers(parseJson(asked, how), `${how}: the body must be an object`).keys ?? [];
  if (!Array.isArray(keys)) throw malformed(`${how}: "keys" must be an array of strings`);
  if (keys.length === 0) return answerJson([]);
  const names = keys.map((key) => parseKey(key, name));
  const doing = `failed to get bulk state from state store ${name}`;
  const first = await attempt('ERR_STATE_BULK_GET', doing, () => store.getMany(names.slice(0, bulkBatch)));
  const body = Readable.from(bulkItems(store, names, first));
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

/** Keys of a bulk get that are read at a time, so that its values are not all in memory together. */
const bulkBatch = 100;

type Read = Awaited<ReturnType<Store['getMany']>>;

/** The response, item by item. If a batch fails, each of its items has the error, since the response has already begun. */
async function* bulkItems(store: Store, keys: readonly Key[], first: Read): AsyncGenerator<string> {
  let start = 0;
  let entries = first;
  for (;;) {
    for (const [index, entry] of entries.entries())
      yield `${start + index === 0 ? '[' : ','}${bulkItem(keys[start + index] ?? '', entry)}`;
    start += bulkBatch;
    if (start >= keys.length) return yield ']';
    const batch = keys.slice(start, start + bulkBatch);
    entries = await store.getMany(batch).catch((error: unknown) => batch.map(() => asStoreError(error)));
  }
}

/** One item as JSON text. It contains the bytes of the value if they are JSON. */
export function bulkItem(key: Key, entry: Entry | StoreError | undefined): string {
  const name = keyToText(key) ?? key;
  if (entry === undefined) return JSON.stringify({ key: name });
  if (entry instanceof StoreError) return JSON.stringify({ key: name, error: entry.message });
  if (!isUtf8(entry.value)) return JSON.stringify({ key: name, error: notUtf8 });
  const rest = { etag: entry.etag, ...(entry.expiresAt === undefined ? {} : { metadata: expiryMetadata(entry) }) };
  return `{"key":${JSON.stringify(name)},"data":${toJsonText(entry.value)},${JSON.stringify(rest).slice(1)}`;
}

/** JSON cannot contain arbitrary bytes; the response to a single get can. */
const notUtf8 = 'ERR_NOT_TEXT: the value is not UTF-8 text; get it by its own key';

/** A value that was written through the Redis endpoint may not be JSON. It is returned as a string then. */
function toJsonText(value: Buffer): string {
  const text = value.toString();
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** https://docs.dapr.io/reference/api/state_api/#state-transactions. Every failure is 500, a conflict too: as in Dapr. */
export async function transact({ store, name, query, body }: StateRequest): Promise<DaprResponse> {
  if (!store.info.capabilities.has('transactions')) throw transactionsUnsupported(name);
  try {
    const operations = parseTransaction(body, { store: name, metadata: readMetadata(query) });
    if (operations.length > 0) await store.transact(operations);
  } catch (error) {
    if (error instanceof DaprError) throw error;
    const { message } = asStoreError(error);
    throw new DaprError(500, 'ERR_STATE_TRANSACTION', `error executing transaction: ${message}`, undefined, error);
  }
  return { status: 204 };
}

/** Run an operation. A failure of the store and an invalid option become a DaprError with the operation's error code. */
export async function attempt<T>(errorCode: string, doing: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof DaprError) throw error;
    throw storeFailure(asStoreError(error), errorCode, doing);
  }
}
