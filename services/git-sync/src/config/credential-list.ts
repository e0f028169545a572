import { PodkitError } from '@podkit/chassis/errors';

/** A credential as given: exactly one of the two kinds of password. */
export type CredentialSpec = { url: string; username: string; password?: string; passwordFile?: string };

const keys = new Set(['url', 'username', 'password', 'password-file']);

/**
 * The credentials in one `--credential` text: a JSON object or a list of them.
 *
 * @throws {PodkitError} ERR_CREDENTIAL, which names an unknown field and repeats no value
 */
export function parseCredentials(text: string): CredentialSpec[] {
  return decodeCredentials(text).map((fields) => checked(fields));
}

/**
 * The same without checking the values: objects of the known fields, all of them text.
 *
 * @throws {PodkitError} ERR_CREDENTIAL
 */
export function decodeCredentials(text: string): Record<string, string>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw problem('not JSON');
  }
  return (Array.isArray(parsed) ? parsed : [parsed]).map((entry: unknown) => readFields(entry));
}

function readFields(entry: unknown): Record<string, string> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw problem('not an object');
  const fields = entry as Record<string, unknown>;
  const unknown = Object.keys(fields).find((key) => !keys.has(key));
  if (unknown !== undefined) throw problem(`unknown field ${JSON.stringify(unknown)}`);
  const wrong = Object.keys(fields).find((key) => typeof fields[key] !== 'string');
  if (wrong !== undefined) throw problem(`field "${wrong}" is not text`);
  return fields as Record<string, string>;
}

function checked({
  url = '',
  username = '',
  password = '',
  'password-file': passwordFile = '',
}: Record<string, string>) {
  if (url === '') throw problem('url is missing');
  if (!URL.canParse(url)) throw problem('url is not a URL');
  if (username === '') throw problem('username is missing');
  if ((password === '') === (passwordFile === '')) throw problem('needs exactly one of password and password-file');
  return { url, username, ...(password === '' ? { passwordFile } : { password }) };
}

const problem = (why: string) => new PodkitError('ERR_CREDENTIAL', `credential: ${why}`);
