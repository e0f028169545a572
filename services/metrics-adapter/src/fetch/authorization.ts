import { readFile } from 'node:fs/promises';
import type { HttpClientConfig } from './config.ts';

/** The Authorization header of a configuration without OAuth 2. Files are read each time, since tokens rotate. */
export async function buildAuthorization(config: HttpClientConfig): Promise<string | undefined> {
  const { basic_auth: basic, authorization, bearer_token: token, bearer_token_file: tokenFile } = config;
  if (basic) {
    const [name = '', password = ''] = await Promise.all([
      readSecret(basic.username, basic.username_file),
      readSecret(basic.password, basic.password_file),
    ]);
    return basicAuthorization(name, password);
  }
  if (authorization) {
    const credentials = await readSecret(authorization.credentials, authorization.credentials_file);
    return `${authorization.type.trim()} ${credentials ?? ''}`;
  }
  const bearer = await readSecret(token, tokenFile);
  return bearer === undefined ? undefined : `Bearer ${bearer}`;
}

/** The Authorization header for the user and password in a URL; undefined without them. */
export function readUser(url: string): string | undefined {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return undefined;
  return basicAuthorization(decodeURIComponent(username), decodeURIComponent(password));
}

/** The Authorization header for a name and a password. */
export const basicAuthorization = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** A URL without its user and password. */
export function withoutUser(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

/** A secret from the configuration or from a file, trimmed. */
export async function readSecret(text: string | undefined, path: string | undefined): Promise<string | undefined> {
  if (text !== undefined) return text.trim();
  return path === undefined ? undefined : (await readFile(path, 'utf8')).trim();
}
