import { readdir, readlink, realpath } from 'node:fs/promises';
import { PodkitError } from '@podkit/chassis/errors';
import { joinBytes } from './files.ts';

/**
 * Refuse a checkout with symlinks that lead out of it: a web server would serve other files of its container.
 * Names are handled as bytes, since a repository may hold any.
 *
 * @throws {PodkitError} ERR_ESCAPING_LINK with the first such link
 */
export async function rejectEscapingLinks(tree: string): Promise<void> {
  const top = await realpath(Buffer.from(tree), 'buffer');
  await walk(top);

  async function walk(directory: Buffer): Promise<void> {
    for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
      const path = joinBytes(directory, entry.name);
      if (entry.isDirectory()) await walk(path);
      else if (entry.isSymbolicLink()) await check(directory, path);
    }
  }

  async function check(directory: Buffer, path: Buffer): Promise<void> {
    const target = await readlink(path, 'buffer');
    const absolute = target[0] === slash;
    if (absolute || !isInside(top, await resolveTarget(directory, target))) {
      const shown = path.subarray(top.length + 1).toString();
      throw new PodkitError('ERR_ESCAPING_LINK', `symlink ${shown} leads out of the tree (to ${target.toString()})`);
    }
  }

  /** Resolve a relative target step by step; a step that does not exist counts as a plain directory. */
  async function resolveTarget(from: Buffer, target: Buffer): Promise<Buffer> {
    let at = from;
    for (const step of target.toString('latin1').split('/')) {
      if (step === '' || step === '.') continue;
      at = step === '..' ? parentPath(at) : joinBytes(at, Buffer.from(step, 'latin1'));
      at = await realpath(at, 'buffer').catch(() => at);
      if (!isInside(top, at)) return at;
    }
    return at;
  }
}

const slash = 0x2f;

function parentPath(path: Buffer): Buffer {
  return path.subarray(0, Math.max(path.lastIndexOf(slash), 1));
}

function isInside(top: Buffer, path: Buffer): boolean {
  return path.equals(top) || path.subarray(0, top.length + 1).equals(Buffer.concat([top, Buffer.from('/')]));
}
