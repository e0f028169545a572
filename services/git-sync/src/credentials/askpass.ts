import { PodkitError } from '@podkit/chassis/errors';
import type { HttpClient, HttpResponse } from '@podkit/chassis/http/client';
import { RetryLaterError } from '../sync/backoff.ts';
import type { Credential } from './credential.ts';

const timeout = 1000;

/**
 * Request a user name and password from a URL. The answer has lines `username=` and `password=`; other lines are
 * ignored. Redirects are not followed. Errors do not repeat the response, since it may contain a secret.
 *
 * @throws {PodkitError} ERR_ASKPASS
 */
export async function askCredential(
  client: HttpClient,
  askpassUrl: string,
  repo: string,
  signal: AbortSignal,
): Promise<Credential> {
  let response: HttpResponse;
  try {
    response = await client.send(askpassUrl, { signal, timeout });
  } catch (cause) {
    throw new PodkitError('ERR_ASKPASS', 'cannot reach --askpass-url', { cause });
  }
  if (response.status !== 200)
    throw new RetryLaterError(
      'ERR_ASKPASS',
      `--askpass-url answered ${response.status}`,
      response.headers['retry-after'],
    );
  const lines = response.body.toString().split(/\r?\n/);
  const readLine = (key: string) =>
    lines
      .find((line) => line.trim().startsWith(`${key}=`))
      ?.trim()
      .slice(key.length + 1);
  const username = readLine('username');
  const password = readLine('password');
  if (username === undefined || password === undefined)
    throw new PodkitError('ERR_ASKPASS', '--askpass-url gave no username= or no password= line');
  return { url: repo, username, password };
}
