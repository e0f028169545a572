import { PodkitError } from '@podkit/chassis/errors';

/** The user name and password for a URL. */
export type Credential = { url: string; username: string; password: string };

/**
 * Whether git asks for a credential at this URL. It does so itself for http and https; for `file` a program that
 * `--git` names may, as upstream's users do. Paths and ssh have no password to give.
 */
export function canHaveCredential(url: string): boolean {
  return /^(https?|file):\/\//i.test(url);
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
