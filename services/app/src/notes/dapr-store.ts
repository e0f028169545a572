import { describeError, PodkitError } from '@podkit/chassis/errors';
import type { Answer, HttpClient } from '@podkit/chassis/http/client';
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
  /** Timeout of one answer in milliseconds. */
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
    const answer = await this.#ask('GET', `/v1.0/state/${this.name}/${encodeURIComponent(key)}`);
    if (answer.status === 204 || answer.status === 404) return undefined;
    expectStatus(answer, [200]);
    return { value: answer.body.toString(), etag: readEtag(answer), answeredBy: readAnsweredBy(answer) };
  }

  async put(key: string, value: string, condition: Condition): Promise<AnsweredBy> {
    const guard =
      condition.kind === 'match'
        ? { etag: condition.etag, options: { concurrency: 'first-write' } }
        : condition.kind === 'absent'
          ? { options: { concurrency: 'first-write' } }
          : {};
    const body = JSON.stringify([{ key, value: JSON.parse(value) as unknown, ...guard }]);
    const answer = await this.#ask('POST', `/v1.0/state/${this.name}`, {}, body);
    refuseConflict(answer, key, condition);
    expectStatus(answer, [200, 201, 204]);
    return readAnsweredBy(answer);
  }

  async delete(key: string, condition: Condition): Promise<AnsweredBy> {
    const headers: Record<string, string> = condition.kind === 'match' ? { 'if-match': condition.etag } : {};
    const answer = await this.#ask('DELETE', `/v1.0/state/${this.name}/${encodeURIComponent(key)}`, headers);
    refuseConflict(answer, key, condition);
    expectStatus(answer, [200, 204]);
    return readAnsweredBy(answer);
  }

  async keys(prefix: string, limit: number, after: string | undefined): Promise<KeyPage> {
    const query = new URLSearchParams({
      prefix,
      limit: String(limit),
      ...(after === undefined ? {} : { token: after }),
    });
    const answer = await this.#ask('GET', `/v1.0-alpha1/state/${this.name}/keys?${query.toString()}`);
    if (answer.status === 404) throw new PodkitError('ERR_STORE_UNSUPPORTED', 'the state store cannot list its keys');
    if (answer.status === 400) throw invalidCursor();
    expectStatus(answer, [200]);
    const { keys, token } = JSON.parse(answer.body.toString()) as { keys: string[]; token?: string };
    return { keys, next: token === '' ? undefined : token };
  }

  async ping(signal: AbortSignal): Promise<void> {
    const answer = await this.#ask('GET', '/v1.0/healthz', {}, undefined, signal);
    expectStatus(answer, [200, 204]);
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

function refuseConflict(answer: Answer, key: string, condition: Condition): void {
  // Dapr answers 400 if the ETag does not have the form of the store's ETags.
  const invalid = answer.status === 400 && answer.body.includes('etag');
  if (condition.kind !== 'none' && (answer.status === 409 || invalid)) throw preconditionFailed(key);
}

function expectStatus(answer: Answer, good: number[]): void {
  if (good.includes(answer.status)) return;
  throw unavailable(`the ambassador answered ${answer.status}: ${answer.body.toString().slice(0, 200)}`);
}

function readEtag(answer: Answer): string | undefined {
  const etag = answer.headers.etag;
  return etag?.replace(/^"(.*)"$/, '$1');
}

/** The headers in which the ambassador says which store or near cache answered. */
function readAnsweredBy({ headers }: Answer): AnsweredBy {
  const entries = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries.filter(([name]) => name.startsWith('x-podkit-')));
}
