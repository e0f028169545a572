import { readFile } from 'node:fs/promises';
import { PodkitError } from '@podkit/chassis/errors';
import type { HttpClient } from '@podkit/chassis/http/client';
import { type CredentialSpec, parseCredentials } from '../config/credential-list.ts';
import type { Options } from '../config/schema.ts';
import type { Redactor } from '../log/redactor.ts';
import type { EndStatus, SyncMetrics } from '../metrics/metrics.ts';
import { type Address, isHttpAddress, parseAddress } from './address.ts';
import { askCredential } from './askpass.ts';
import { type Credential, canHaveCredential, cleanPassword } from './credential.ts';

type CredentialMetrics = Pick<SyncMetrics, 'askpass' | 'githubApp'>;

/** A token with fewer milliseconds left than this is renewed. */
const tokenMargin = 30_000;

/** Reads the credentials of one repository, from all the places that the settings name. */
export class CredentialSource {
  readonly #options: Options;
  /** The address of the repository without its secrets. */
  readonly #repo: string;
  readonly #inAddress: Credential | undefined;
  readonly #specs: readonly CredentialSpec[];
  readonly #client: HttpClient;
  readonly #redactor: Redactor;
  readonly #metrics: CredentialMetrics;
  /** `usableUntil` is a time of `performance.now()`: a jump of the wall clock must not change when the token expires. */
  #token: { token: string; usableUntil: number } | undefined;

  constructor(options: Options, client: HttpClient, redactor: Redactor, metrics: CredentialMetrics) {
    this.#client = client;
    this.#options = options;
    const address = parseAddress(options.repo ?? '');
    this.#repo = address.bare;
    this.#specs = options.credential.flatMap(parseCredentials);
    this.#inAddress = this.#findInAddress(address);
    this.#redactor = redactor;
    this.#metrics = metrics;
  }

  /** The URLs for which `read` gives credentials. */
  urls(): string[] {
    const { username, askpassUrl } = this.#options;
    const own = username !== undefined || askpassUrl !== undefined || this.#hasApp || this.#inAddress !== undefined;
    const others = this.#specs.map(({ url }) => url);
    return [...new Set([...(own ? [this.#repo] : []), ...others])].filter(canHaveCredential);
  }

  /** @throws {PodkitError} ERR_CREDENTIAL, ERR_ASKPASS or ERR_GITHUB_APP; any of them fails the pass */
  async read(signal: AbortSignal): Promise<Credential[]> {
    const { username, password, passwordFile, askpassUrl } = this.#options;
    const repo = this.#repo;
    const all: Credential[] = this.#inAddress === undefined ? [] : [this.#inAddress];
    if (username !== undefined) all.push({ url: repo, username, password: await readPassword(password, passwordFile) });
    for (const spec of this.#specs)
      all.push({
        url: spec.url,
        username: spec.username,
        password: await readPassword(spec.password, spec.passwordFile),
      });
    if (askpassUrl !== undefined)
      all.push(await countResult(this.#metrics.askpass, () => askCredential(this.#client, askpassUrl, repo, signal)));
    if (this.#hasApp) all.push({ url: repo, username: '-', password: await this.#appToken(signal) });
    for (const { password: secret } of all) this.#redactor.addRenewed(secret);
    return all;
  }

  /** The credential in the address. A user name alone may be a token, unless another setting gives a password. */
  #findInAddress(address: Address): Credential | undefined {
    const { bare: url, username, password } = address;
    const { askpassUrl } = this.#options;
    if (!isHttpAddress(address) || username === undefined) return undefined;
    const given = this.#specs.some((spec) => url.startsWith(spec.url.replace(/\/+$/, '')));
    if (password === undefined && (given || askpassUrl !== undefined || this.#hasApp)) return undefined;
    return username === '' && password === undefined ? undefined : { url, username, password: password ?? '' };
  }

  get #hasApp(): boolean {
    return this.#options.githubAppInstallationId !== 0;
  }

  async #appToken(signal: AbortSignal): Promise<string> {
    if (this.#token !== undefined && performance.now() < this.#token.usableUntil) return this.#token.token;
    const { githubBaseUrl, githubAppClientId, githubAppApplicationId, githubAppInstallationId } = this.#options;
    const privateKey =
      this.#options.githubAppPrivateKey ?? (await readSecret(this.#options.githubAppPrivateKeyFile ?? ''));
    const app = {
      baseUrl: githubBaseUrl,
      issuer: githubAppClientId ?? String(githubAppApplicationId),
      installationId: githubAppInstallationId,
      privateKey,
    };
    // Loaded on demand: few repositories need it.
    const { requestAppToken } = await import('./github-app.ts');
    const { token, expiresAt } = await countResult(this.#metrics.githubApp, () =>
      requestAppToken(this.#client, app, signal),
    );
    this.#token = { token, usableUntil: performance.now() + expiresAt - Date.now() - tokenMargin };
    return token;
  }
}

async function countResult<T>(count: (status: EndStatus) => void, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    count('success');
    return result;
  } catch (error) {
    count('error');
    throw error;
  }
}

async function readPassword(password: string | undefined, file: string | undefined): Promise<string> {
  if (password !== undefined) return password;
  return cleanPassword(await readSecret(file ?? ''), file ?? '');
}

async function readSecret(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PodkitError('ERR_CREDENTIAL', `cannot read ${path}`, { cause });
  }
}
