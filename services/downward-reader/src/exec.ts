import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';

/**
 * The path of a program as `execvp` finds it: as it is where it has a slash, else in the folders of PATH.
 *
 * @throws {PodkitError} ERR_EXEC where there is none
 */
export function findProgram(name: string, path: string | undefined, cwd: string): string {
  const candidates = name.includes('/')
    ? [isAbsolute(name) ? name : join(cwd, name)]
    : (path ?? '/usr/bin:/bin').split(delimiter).map((folder) => join(folder, name));
  const found = candidates.find(isExecutable);
  if (found === undefined)
    throw new PodkitError('ERR_EXEC', `${name}: no such program${name.includes('/') ? '' : ' on the PATH'}`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
