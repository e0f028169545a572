import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');

/** A peer that is not on this machine: its rows are not measured. */
export class NotFoundError extends Error {}

/** The name of a program with its version, as a peer. @throws {NotFoundError} where it is not installed */
export function requireProgram(name: string, versionFlag = '--version'): string {
  const { error, stdout, stderr } = spawnSync(name, [versionFlag], { encoding: 'utf8' });
  if (error !== undefined) throw new NotFoundError(`${name} not found`);
  return `${name} ${/\d+(\.\d+)+/.exec(stdout + stderr)?.[0] ?? ''}`.trim();
}

/** The name of an npm package with its version. */
export function packageVersion(name: string): string {
  const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { version: string };
  return `${name} ${version}`;
}
