import { PodkitError } from '@podkit/chassis/errors';

/** A credential as given: exactly one of the two kinds of password. */
export type CredentialSpec = { url: string; username: string; password?: string; passwordFile?: string };

const keys = new Set(['url', 'username', 'password', 'password-file']);

/**
 * The credentials in one `--credential` text: a JSON object or a list of them.
 *
 * @throws {PodkitError} ERR_CREDENTIAL, which never repeats the text
 */
export function parseCredentials(text: string): CredentialSpec[] {
  return decodeCredentials(text).map((fields) => checked(fields));
}

/**
 * The same as far as it can be read, whatever it means: objects of the known fields, all of them text.
 *
 * @throws {PodkitError} ERR_CREDENTIAL
 */
export function decodeCredentials(text: string): Record<string, string>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault('not JSON');
  }
  return (Array.isArray(parsed) ? parsed : [parsed]).map((entry: unknown) => fieldsOf(entry));
}

function fieldsOf(entry: unknown): Record<string, string> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw fault('not an object');
  const fields = entry as Record<string, unknown>;
  const unknown = Object.keys(fields).find((key) => !keys.has(key));
  if (unknown !== undefined) throw fault(`unknown field ${JSON.stringify(unknown)}`);
  const wrong = Object.keys(fields).find((key) => typeof fields[key] !== 'string');
  if (wrong !== undefined) throw fault(`field "${wrong}" is not text`);
  return fields as Record<string, string>;
}

function checked({
  url = '',
  username = '',
  password = '',
  'password-file': passwordFile = '',
}: Record<string, string>) {
  if (url === '') throw fault('url is missing');
  if (!URL.canParse(url)) throw fault('url is not a URL');
  if (username === '') throw fault('username is missing');
  if ((password === '') === (passwordFile === '')) throw fault('needs exactly one of password and password-file');
  return { url, username, ...(password === '' ? { passwordFile } : { password }) };
}

const fault = (why: string) => new PodkitError('ERR_CREDENTIAL', `credential: ${why}`);
