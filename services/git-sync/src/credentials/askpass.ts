import { PodkitError } from '@podkit/chassis/errors';
import { deadline } from '../hooks/exec-hook.ts';
import type { Credential } from './credential.ts';

const timeout = 1000;

/**
 * Ask a URL for a user name and password, as lines `username=` and `password=`; anything else in it is ignored.
 * No redirects are followed, and what the server said is not repeated: it may hold a secret.
 *
 * @throws {PodkitError} ERR_ASKPASS
 */
export async function askCredential(askpassUrl: string, repo: string, signal: AbortSignal): Promise<Credential> {
  let response: Response;
  try {
    response = await fetch(askpassUrl, { redirect: 'manual', signal: AbortSignal.any([signal, deadline(timeout)]) });
  } catch (cause) {
    throw new PodkitError('ERR_ASKPASS', 'cannot reach --askpass-url', { cause });
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new PodkitError('ERR_ASKPASS', `--askpass-url answered ${response.status}`);
  }
  const lines = (await response.text()).split(/\r?\n/);
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
