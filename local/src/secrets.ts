import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const names = ['hook-token', 'ambassador-token', 'ambassador-redis-password', 'redis-password'] as const;
export type SecretName = (typeof names)[number];

/** A secret of this run, and the file, readable by this user alone, from which a service reads it. */
export type Secrets = Record<SecretName, { value: string; file: string }>;

/** Make the secrets of a run, new at each start: without one, no other program of this machine changes the state of a service. */
export async function writeSecrets(folder: string): Promise<Secrets> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = names.map(async (name) => {
    const value = randomBytes(24).toString('base64url');
    const file = join(folder, name);
    await writeFile(file, value, { mode: 0o600 });
    return [name, { value, file }] as const;
  });
  return Object.fromEntries(await Promise.all(made)) as Secrets;
}
