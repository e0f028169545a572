import { join } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import type { GitConfigEntry } from '../git/config-text.ts';
import { parseAddress } from './address.ts';
import { type Credential, canHaveCredential } from './credential.ts';

/**
 * Gives credentials to git by git's `store` helper, with a private file (mode 0600) for each URL. Two tokens for one
 * host do not collide: git uses the helper with the longest matching URL.
 */
export class CredentialStore {
  readonly #directory: string;
  readonly #urls: string[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The git settings that name the file of each URL. The first credential of a host also serves its other paths, as
   * with upstream. Longer URLs come first, since git takes the first credential that it finds:
   * https://git-scm.com/docs/gitcredentials#_configuration_options
   */
  settings(urls: readonly string[]): GitConfigEntry[] {
    const wanted = new Map<string, string>();
    for (const url of urls) wanted.set(url, this.#file(url));
    for (const url of urls) {
      const host = hostUrl(url);
      if (!wanted.has(host)) wanted.set(host, this.#file(url));
    }
    return [...wanted]
      .toSorted(([a], [b]) => b.length - a.length)
      .map(([url, file]) => ({ key: `credential.${url}.helper`, value: `store --file='${file}'` }));
  }

  /** Write the files, in every pass: git deletes a credential that a server refused. */
  async put(credentials: readonly Credential[]): Promise<void> {
    for (const { url, username, password } of credentials) {
      if (!canHaveCredential(url)) continue;
      if (/[\n\r\0]/.test(username + password))
        throw new PodkitError('ERR_CREDENTIAL', `credential for ${hostUrl(url)}: contains a line break`);
      const { protocol } = new URL(url);
      const user = `${encode(username)}:${encode(password)}`;
      const lines = listLocations(url).map((location) => `${protocol}//${user}@${location}\n`);
      await writeFileAtomic(this.#file(url), lines.join(''), { mode: 0o600 });
    }
  }

  #file(url: string): string {
    if (!this.#urls.includes(url)) this.#urls.push(url);
    return join(this.#directory, `credential-${this.#urls.indexOf(url)}`);
  }
}

/** The spellings of a host that git may look up: as in the address, and normalized. */
function listLocations(url: string): string[] {
  const { scheme, host = '', bare } = parseAddress(url);
  // For other schemes than http(s) git compares the path too.
  if (scheme === 'file') return [bare.slice('file://'.length)];
  return [...new Set([new URL(url).host, host])];
}

function hostUrl(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** Encode also the characters that encodeURIComponent keeps; git decodes all. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
