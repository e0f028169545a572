import { messageOf } from '@podkit/chassis/errors';
import { type Dispatcher, request } from 'undici';
import { secretOf } from './authorization.ts';
import type { Oauth2Config } from './config.ts';
import { FetchError } from './errors.ts';

type Token = { text: string; expires: number };

/** Fetches and keeps tokens by the client credentials grant: https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
export class Oauth2Tokens {
  readonly #config: Oauth2Config;
  #token: Token | undefined;

  constructor(config: Oauth2Config) {
    this.#config = config;
  }

  /** @throws {FetchError} auth */
  async get(dispatcher: Dispatcher, signal: AbortSignal): Promise<string> {
    if (this.#token !== undefined && Date.now() < this.#token.expires) return this.#token.text;
    try {
      this.#token = await this.#fetch(dispatcher, signal);
      return this.#token.text;
    } catch (cause) {
      throw new FetchError('auth', `no token from ${this.#config.token_url}: ${messageOf(cause)}`, { cause });
    }
  }

  async #fetch(dispatcher: Dispatcher, signal: AbortSignal): Promise<Token> {
    const { client_id: id, client_secret: text, client_secret_file: path, scopes } = this.#config;
    const secret = (await secretOf(text, path)) ?? '';
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...this.#config.endpoint_params });
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
    const { statusCode, body } = await request(this.#config.token_url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` },
      body: form.toString(),
      dispatcher,
      signal,
    });
    const answer = (await body.json()) as { access_token?: unknown; expires_in?: unknown };
    if (statusCode !== 200 || typeof answer.access_token !== 'string') throw new Error(`status ${statusCode}`);
    const seconds = Number(answer.expires_in ?? 60);
    // A little early, so that it is still good when it arrives.
    return { text: answer.access_token, expires: Date.now() + Math.max(0, seconds - 10) * 1000 };
  }
}
