import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeError, PodkitError } from '@podkit/chassis/errors';
import { findOnPath, isExecutable } from '@podkit/chassis/process/programs';
import { findRuntime, type RuntimeName } from '../tune/runtimes.ts';
import { isGoBinary } from './go-binary.ts';

/**
 * The path of a program as `execvp` finds it: as it is where it has a slash, else in the folders of PATH.
 *
 * @throws {PodkitError} ERR_EXEC_MISSING where there is none, ERR_EXEC_FORMAT where the kernel could not run what is there
 */
export function findProgram(name: string, path: string | undefined, cwd: string): string {
  const found = locate(name, path, cwd);
  if (found === undefined)
    throw new PodkitError('ERR_EXEC_MISSING', `${name}: no such program${name.includes('/') ? '' : ' on the PATH'}`);
  requireProgram(found);
  return found;
}

/** The runtime of a program, by its name or its file. If neither tells: all, since a program ignores settings that it does not read. */
export function detectRuntime(name: string, path: string | undefined, cwd: string): RuntimeName | 'all' {
  const byName = findRuntime(name);
  if (byName !== undefined) return byName;
  const found = locate(name, path, cwd);
  return found !== undefined && isGoBinary(found) ? 'go' : 'all';
}

function locate(name: string, path: string | undefined, cwd: string): string | undefined {
  return name.includes('/') ? [resolve(cwd, name)].find(isExecutable) : findOnPath(name, path ?? '/usr/bin:/bin');
}

/** Checked before: Node aborts without a message when `execve` fails. */
function requireProgram(path: string): void {
  const head = firstBytes(path).toString('latin1');
  if (!head.startsWith('#!') && !head.startsWith('\x7fELF') && !machO.has(head))
    throw new PodkitError('ERR_EXEC_FORMAT', `${path}: not a program: it begins with neither #! nor ELF`);
}

const machO = new Set(['\xcf\xfa\xed\xfe', '\xca\xfe\xba\xbe']);

function firstBytes(path: string): Buffer {
  const head = Buffer.alloc(4);
  try {
    const file = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new PodkitError('ERR_EXEC_FORMAT', `${path}: cannot be read: ${describeError(cause)}`, { cause });
  }
}
