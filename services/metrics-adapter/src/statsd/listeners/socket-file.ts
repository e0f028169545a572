import { lstat, unlink } from 'node:fs/promises';
import { PodkitError } from '@podkit/chassis/errors';

/**
 * Remove the file of a Unix socket, so that its path can be bound again.
 *
 * @throws {PodkitError} ERR_LISTEN for a socket in use, or any other file
 */
export async function removeSocketFile(path: string, isInUse: (path: string) => Promise<boolean>): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  const error = !stats.isSocket() ? 'another file has this path' : (await isInUse(path)) ? 'it is in use' : undefined;
  if (error !== undefined)
    throw new PodkitError('ERR_LISTEN', `statsd: cannot listen on Unix socket ${path}: ${error}`);
  await unlink(path);
}
