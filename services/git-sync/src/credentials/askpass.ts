import { PodkitError } from '@podkit/chassis/errors';
import { timeoutSignal } from '../process/timeout-signal.ts';
import { RetryLaterError } from '../sync/backoff.ts';
import { sendRequest, type WebAnswer } from '../web/send-request.ts';
import type { Credential } from './credential.ts';

const timeout = 1000;

/**
 * Ask a URL for a user name and password, as lines `username=` and `password=`; anything else in it is ignored.
 * No redirects are followed, and what the server said is not repeated: it may hold a secret.
 *
 * @throws {PodkitError} ERR_ASKPASS
 */
export async function askCredential(
  askpassUrl: string,
  repo: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv,
): Promise<Credential> {
  let answer: WebAnswer;
  try {
    const limited = AbortSignal.any([signal, timeoutSignal(timeout)]);
    answer = await sendRequest(new URL(askpassUrl), { signal: limited }, env);
  } catch (cause) {
    throw new PodkitError('ERR_ASKPASS', 'cannot reach --askpass-url', { cause });
  }
  if (answer.status !== 200)
    throw new RetryLaterError('ERR_ASKPASS', `--askpass-url answered ${answer.status}`, answer.headers['retry-after']);
  const lines = answer.body.split(/\r?\n/);
  const valueOf = (key: string) =>
    lines
      .find((line) => line.trim().startsWith(`${key}=`))
      ?.trim()
      .slice(key.length + 1);
  const [username, password] = [valueOf('username'), valueOf('password')];
  if (username === undefined || password === undefined)
    throw new PodkitError('ERR_ASKPASS', '--askpass-url gave no username= or no password= line');
  return { url: repo, username, password };
}
