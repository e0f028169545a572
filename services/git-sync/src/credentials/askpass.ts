import { PodkitError } from '@podkit/chassis/errors';
import type { Answer, HttpClient } from '@podkit/chassis/http/client';
import { RetryLaterError } from '../sync/backoff.ts';
import type { Credential } from './credential.ts';

const timeout = 1000;

/**
 * Ask a URL for a user name and password, as lines `username=` and `password=`; anything else in it is ignored.
 * No redirects are followed, and what the server said is not repeated: it may hold a secret.
 *
 * @throws {PodkitError} ERR_ASKPASS
 */
export async function askCredential(
  client: HttpClient,
  askpassUrl: string,
  repo: string,
  signal: AbortSignal,
): Promise<Credential> {
  let answer: Answer;
  try {
    answer = await client.send(askpassUrl, { signal, timeout });
  } catch (cause) {
    throw new PodkitError('ERR_ASKPASS', 'cannot reach --askpass-url', { cause });
  }
  if (answer.status !== 200)
    throw new RetryLaterError('ERR_ASKPASS', `--askpass-url answered ${answer.status}`, answer.headers['retry-after']);
  const lines = answer.body.toString().split(/\r?\n/);
  const readLine = (key: string) =>
    lines
      .find((line) => line.trim().startsWith(`${key}=`))
      ?.trim()
      .slice(key.length + 1);
  const [username, password] = [readLine('username'), readLine('password')];
  if (username === undefined || password === undefined)
    throw new PodkitError('ERR_ASKPASS', '--askpass-url gave no username= or no password= line');
  return { url: repo, username, password };
}
