import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { HttpClient, HttpResponse } from '@podkit/chassis/http/client';
import {
  type AnsweredBy,
  type Condition,
  invalidCursor,
  type KeyPage,
  type NoteStore,
  preconditionFailed,
  type Stored,
  unavailable,
} from './note-store.ts';

export type DaprStoreOptions = {
  /** Base URL of the Dapr API. */
  url: string;
  /** Name of the state component. */
  store: string;
  /** Reads the API token, which may be rotated. */
  token?: () => string | undefined;
  /** Timeout of one response in milliseconds. */
  timeout: number;
};

/**
 * A state component behind the Dapr API (https://docs.dapr.io/reference/api/state_api/), and, for `keys`, the
 * ambassador's extension `GET /v1.0-alpha1/state/{store}/keys`, which plain Dapr does not have.
 */
export class DaprStore implements NoteStore {
  readonly name: string;
  readonly #client: HttpClient;
  readonly #options: DaprStoreOptions;

  constructor(client: HttpClient, options: DaprStoreOptions) {
    this.name = options.store;
    this.#client = client;
    this.#options = options;
  }

  async get(key: string): Promise<Stored | undefined> {
    const response = await this.#ask('GET', `/v1.0/state/${this.name}/${encodeURIComponent(key)}`);
    if (response.status === 204 || response.status === 404) return undefined;
    expectStatus(response, [200]);
    return { value: response.body.toString(), etag: readEtag(response), answeredBy: readAnsweredBy(response) };
  }

  async put(key: string, value: string, condition: Condition): Promise<AnsweredBy> {
    const guard =
      condition.kind === 'match'
        ? { etag: condition.etag, options: { concurrency: 'first-write' } }
        : condition.kind === 'absent'
          ? { options: { concurrency: 'first-write' } }
          : {};
    const body = JSON.stringify([{ key, value: JSON.parse(value) as unknown, ...guard }]);
    const response = await this.#ask('POST', `/v1.0/state/${this.name}`, {}, body);
    refuseConflict(response, key, condition);
    expectStatus(response, [200, 201, 204]);
    return readAnsweredBy(response);
  }

  async delete(key: string, condition: Condition): Promise<AnsweredBy> {
    const headers: Record<string, string> = condition.kind === 'match' ? { 'if-match': condition.etag } : {};
    const response = await this.#ask('DELETE', `/v1.0/state/${this.name}/${encodeURIComponent(key)}`, headers);
    refuseConflict(response, key, condition);
    expectStatus(response, [200, 204]);
    return readAnsweredBy(response);
  }

  async keys(prefix: string, limit: number, after: string | undefined): Promise<KeyPage> {
    const query = new URLSearchParams({
      prefix,
      limit: String(limit),
      ...(after === undefined ? {} : { token: after }),
    });
    const response = await this.#ask('GET', `/v1.0-alpha1/state/${this.name}/keys?${query.toString()}`);
    if (response.status === 404) throw new PodkitError('ERR_STORE_UNSUPPORTED', 'the state store cannot list its keys');
    if (response.status === 400) throw invalidCursor();
    expectStatus(response, [200]);
    const { keys, token } = JSON.parse(response.body.toString()) as { keys: string[]; token?: string };
    return { keys, next: token === '' ? undefined : token };
  }

  async ping(signal: AbortSignal): Promise<void> {
    const response = await this.#ask('GET', '/v1.0/healthz', {}, undefined, signal);
    expectStatus(response, [200, 204]);
  }

  close(): void {
    this.#client.close();
  }

  async #ask(method: string, path: string, extra: Record<string, string> = {}, body?: string, signal?: AbortSignal) {
    const { url, timeout } = this.#options;
    const token = this.#options.token?.();
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { 'dapr-api-token': token }),
      ...extra,
    };
    const base = url.replace(/\/$/, '');
    try {
      return await this.#client.send(base + path, {
        method,
        headers,
        timeout,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      throw unavailable(`the ambassador does not answer: ${describeError(cause)}`, cause);
    }
  }
}

function refuseConflict(response: HttpResponse, key: string, condition: Condition): void {
  // Dapr answers 400 if the ETag does not have the form of the store's ETags.
  const invalid = response.status === 400 && response.body.includes('etag');
  if (condition.kind !== 'none' && (response.status === 409 || invalid)) throw preconditionFailed(key);
}

function expectStatus(response: HttpResponse, good: number[]): void {
  if (good.includes(response.status)) return;
  throw unavailable(`the ambassador answered ${response.status}: ${response.body.toString().slice(0, 200)}`);
}

function readEtag(response: HttpResponse): string | undefined {
  const etag = response.headers.etag;
  return etag?.replace(/^"(.*)"$/, '$1');
}

/** The headers in which the ambassador says which store or near cache answered. */
function readAnsweredBy({ headers }: HttpResponse): AnsweredBy {
  const entries = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries.filter(([name]) => name.startsWith('x-podkit-')));
}
