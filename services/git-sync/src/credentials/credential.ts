import { PodkitError } from '@podkit/chassis/errors';

/** The user name and password for a URL. */
export type Credential = { url: string; username: string; password: string };

/**
 * Whether git may ask for a credential for this URL. git itself asks for http and https; for `file` the program of
 * `--git` may ask, as upstream's tests do.
 */
export function canHaveCredential(url: string): boolean {
  return /^(https?|file):\/\//i.test(url);
}

/**
 * Remove the line break at the end of a password file.
 *
 * @throws {PodkitError} ERR_CREDENTIAL when the password is empty, or contains what separates fields in git's protocol
 */
export function cleanPassword(text: string, source: string): string {
  const password = text.replace(/\r?\n$/, '');
  if (/[\n\r\0]/.test(password))
    throw new PodkitError('ERR_CREDENTIAL', `${source}: the password contains a line break`);
  if (password === '') throw new PodkitError('ERR_CREDENTIAL', `${source}: the password is empty`);
  return password;
}
