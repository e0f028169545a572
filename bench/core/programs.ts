import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');

/** A peer is not installed on this machine. */
export class NotFoundError extends Error {}

/** A program's name and version. @throws {NotFoundError} if it is not installed */
export function requireProgram(name: string, versionFlag = '--version'): string {
  const { error, stdout, stderr } = spawnSync(name, [versionFlag], { encoding: 'utf8' });
  if (error !== undefined) throw new NotFoundError(`${name} not found`);
  return `${name} ${/\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? ''}`.trim();
}

/** An npm package's name and version. */
export function packageVersion(name: string): string {
  const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { version: string };
  return `${name} ${version}`;
}
