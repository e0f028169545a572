import { PodkitError } from '@podkit/chassis/errors';

/** An entry of `--credential`; it has either `password` or `passwordFile`. */
export type CredentialSpec = { url: string; username: string; password?: string; passwordFile?: string };

const keys = new Set(['url', 'username', 'password', 'password-file']);

/**
 * Parse the text of `--credential`: a JSON object or a list of objects.
 *
 * @throws {PodkitError} ERR_CREDENTIAL, which names an unknown field and repeats no value
 */
export function parseCredentials(text: string): CredentialSpec[] {
  return decodeCredentials(text).map((fields) => checkFields(fields));
}

/**
 * Parse it without checking the values: each object has only known fields, and each field is text.
 *
 * @throws {PodkitError} ERR_CREDENTIAL
 */
export function decodeCredentials(text: string): Record<string, string>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw credentialError('not JSON');
  }
  return (Array.isArray(parsed) ? parsed : [parsed]).map((entry: unknown) => readFields(entry));
}

function readFields(entry: unknown): Record<string, string> {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw credentialError('not an object');
  const fields = entry as Record<string, unknown>;
  const unknown = Object.keys(fields).find((key) => !keys.has(key));
  if (unknown !== undefined) throw credentialError(`unknown field ${JSON.stringify(unknown)}`);
  const wrong = Object.keys(fields).find((key) => typeof fields[key] !== 'string');
  if (wrong !== undefined) throw credentialError(`field "${wrong}" is not text`);
  return fields as Record<string, string>;
}

function checkFields({
  url = '',
  username = '',
  password = '',
  'password-file': passwordFile = '',
}: Record<string, string>) {
  if (url === '') throw credentialError('url is missing');
  if (!URL.canParse(url)) throw credentialError('url is not a URL');
  if (username === '') throw credentialError('username is missing');
  if ((password === '') === (passwordFile === ''))
    throw credentialError('needs exactly one of password and password-file');
  return { url, username, ...(password === '' ? { passwordFile } : { password }) };
}

const credentialError = (why: string) => new PodkitError('ERR_CREDENTIAL', `credential: ${why}`);
