import { randomInt } from 'node:crypto';
import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Write files into a directory as the kubelet writes a volume: into a new timestamped folder, which becomes visible to
 * readers in one step by the rename of `..data_tmp` to `..data`; the files' own names are links through `..data`.
 * Source: `AtomicWriter` in k8s.io/kubernetes/pkg/volume/util. Names that are no longer there are removed.
 */
export async function writeVolume(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, '_');
  const generation = `..${stamp}.${randomInt(2 ** 32)}`;
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, generation, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  const old = await readlink(join(directory, '..data')).catch(() => undefined);
  await rm(join(directory, '..data_tmp'), { force: true });
  await symlink(generation, join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  const names = new Set(Object.keys(files).map((path) => path.split('/', 1)[0] ?? path));
  for (const name of names) await symlink(join('..data', name), join(directory, name)).catch(ignoreExisting);
  for (const name of await readdir(directory))
    if (!name.startsWith('..') && !names.has(name)) await rm(join(directory, name), { recursive: true });
  if (old !== undefined && old !== generation) await rm(join(directory, old), { recursive: true, force: true });
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
