import { describeError } from '@podkit/chassis/errors';
import { basicAuthorization, readSecret } from './authorization.ts';
import type { Oauth2Config } from './config.ts';
import { Connections } from './connections.ts';
import { FetchError } from './errors.ts';
import { readResponse } from './response.ts';

type AccessToken = { text: string; expires: number };

/** Maximum size of the response of a token endpoint, in bytes. */
const longestResponse = 65_536;

/** Fetches and keeps tokens by the client credentials grant: https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export class Oauth2Tokens {
  readonly #config: Oauth2Config;
  readonly #connections: Connections;
  #token: AccessToken | undefined;

  constructor(config: Oauth2Config) {
    this.#config = config;
    this.#connections = new Connections(config);
  }

  /** @throws {FetchError} auth */
  async get(signal: AbortSignal): Promise<string> {
    if (this.#token !== undefined && Date.now() < this.#token.expires) return this.#token.text;
    try {
      this.#token = await this.#fetch(signal);
      return this.#token.text;
    } catch (cause) {
      throw new FetchError('auth', `no token from ${this.#config.token_url}: ${describeError(cause)}`, { cause });
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #fetch(signal: AbortSignal): Promise<AccessToken> {
    const { client_id: id, client_secret: text, client_secret_file: path, scopes } = this.#config;
    const secret = (await readSecret(text, path)) ?? '';
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...this.#config.endpoint_params });
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    const authorization = basicAuthorization(encodeURIComponent(id), encodeURIComponent(secret));
    const { statusCode, headers, body } = await this.#connections.request(this.#config.token_url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization },
      body: form.toString(),
      signal,
    });
    const bytes = await readResponse(body, headers['content-encoding'], longestResponse);
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    const response = JSON.parse(bytes.toString()) as { access_token?: unknown; expires_in?: unknown };
    if (typeof response.access_token !== 'string') throw new Error('the response has no access_token');
    const seconds = Number(response.expires_in ?? 60);
    // Ten seconds early, so that the token is still valid when it arrives.
    return { text: response.access_token, expires: Date.now() + Math.max(0, seconds - 10) * 1000 };
  }
}
