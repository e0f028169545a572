import { readFile } from 'node:fs/promises';
import { ConfigError } from '@podkit/chassis/config/config';
import { describeError } from '@podkit/chassis/errors';

/** The text of a file; `what` names its setting. @throws {ConfigError} if it can't be read */
export function readText(path: string, what: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError([`${what}: cannot be read: ${describeError(cause)}`]);
  });
}
