import { PodkitError } from '@podkit/chassis/errors';

/** Who to be at a URL. */
export type Credential = { url: string; username: string; password: string };

/**
 * A repository address without the user name and password an http(s) URL may carry, and those as a credential.
 * Addresses for ssh keep their user name, which is no secret there.
 */
export function splitUserinfo(repo: string): { repo: string; credential?: Credential } {
  if (!/^https?:\/\//i.test(repo) || !URL.canParse(repo)) return { repo };
  const url = new URL(repo);
  if (url.username === '' && url.password === '') return { repo };
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const bare = repo.replace(/^(https?:\/\/)[^/@]*@/i, '$1');
  // Without a password there is nothing to hide, and git needs the name in the URL to look for it.
  return password === '' ? { repo } : { repo: bare, credential: { url: bare, username, password } };
}

/**
 * A password as read from a file: one line break at its end is not part of it.
 *
 * @throws {PodkitError} ERR_CREDENTIAL for what git's credential protocol would read as another field
 */
export function cleanPassword(text: string, source: string): string {
  const password = text.replace(/\r?\n$/, '');
  if (/[\n\r\0]/.test(password))
    throw new PodkitError('ERR_CREDENTIAL', `${source}: the password has a line break in it`);
  if (password === '') throw new PodkitError('ERR_CREDENTIAL', `${source}: the password is empty`);
  return password;
}
