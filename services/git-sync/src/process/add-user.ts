import { accessSync, appendFileSync, constants, readFileSync } from 'node:fs';
import { describeError, PodkitError } from '@podkit/chassis/errors';

const passwd = '/etc/passwd';

/**
 * Add the current UID to /etc/passwd unless it is there: ssh does not run for a UID without an entry.
 *
 * @throws {PodkitError} ERR_ADD_USER when the file can't be written
 */
export function addUser({ uid, gid, home }: { uid: number; gid: number; home: string }): void {
  try {
    const known = readFileSync(passwd, 'utf8')
      .split('\n')
      .some((line) => line.split(':')[2] === String(uid));
    if (known) return;
    accessSync(passwd, constants.W_OK);
    appendFileSync(passwd, `git-sync-${uid}:x:${uid}:${gid}::${home}:/sbin/nologin\n`);
  } catch (cause) {
    throw new PodkitError('ERR_ADD_USER', `--add-user: cannot add UID ${uid} to ${passwd}: ${describeError(cause)}`, {
      cause,
    });
  }
}
