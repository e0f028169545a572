import { chmodSync, rmSync } from 'node:fs';

/** Listen on a Unix socket that only this user and its group may use; a socket that an earlier process left is replaced. */
export async function onUnixSocket<T>(path: string, listen: () => Promise<T>): Promise<T> {
  rmSync(path, { force: true });
  const listening = await listen();
  chmodSync(path, 0o660);
  return listening;
}
