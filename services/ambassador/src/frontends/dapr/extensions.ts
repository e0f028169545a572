import { keyToText, textToKey } from '../../store/key.ts';
import { objectMembers, parseJson } from './body.ts';
import { malformed } from './errors.ts';
import { parseKey } from './request-parts.ts';
import { answerJson, attempt, type DaprResponse, type StateRequest } from './state.ts';

/** `GET /v1.0-alpha1/state/{store}/keys?prefix=&limit=&token=`: keys, a page at a time. An extension of Dapr's API. */
export async function listKeys({ store, name, query }: StateRequest): Promise<DaprResponse> {
  const limitText = query.get('limit') ?? '100';
  const limit = /^\d{1,5}$/.test(limitText) ? Number(limitText) : 0;
  if (limit < 1 || limit > 10_000) throw malformed('"limit" must be a whole number from 1 to 10000');
  const page = await attempt('ERR_STATE_LIST', `failed to list the keys of state store ${name}`, () =>
    store.list({ prefix: textToKey(query.get('prefix') ?? ''), limit, cursor: query.get('token') || undefined }),
  );
  // Keys of the Redis endpoint that are not text cannot be requested here, so they are not listed either.
  const keys = page.keys.map(keyToText).filter((key) => key !== undefined);
  return answerJson({ keys, token: page.cursor });
}

/** `POST /v1.0-alpha1/state/{store}/{key}/increment` with `{"by": 1}`: atomic; answers `{"value": "42"}`. */
export async function increment({ store, name, body }: StateRequest, keyText: string): Promise<DaprResponse> {
  const by = parseAmount(body);
  const doing = `failed to increment ${keyText} in state store ${name}`;
  const value = await attempt('ERR_STATE_INCREMENT', doing, () => store.increment(parseKey(keyText, name), by));
  return answerJson({ value: String(value) });
}

/** A number that JSON can hold exactly, or any integer of 64 bits as a string. */
function parseAmount(body: unknown): bigint {
  if (!Buffer.isBuffer(body) || body.length === 0) return 1n;
  const how = 'the body must be JSON such as {"by": 1}';
  const by = objectMembers(parseJson(body, how), how).by ?? 1;
  if (typeof by === 'number' && Number.isSafeInteger(by)) return BigInt(by);
  if (typeof by === 'string' && /^-?\d{1,19}$/.test(by)) return BigInt(by);
  throw malformed('"by" must be a whole number');
}
