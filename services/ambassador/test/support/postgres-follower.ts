import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '@podkit/chassis/testing/servers';
import { Client } from 'pg';

export type Server = Awaited<ReturnType<typeof startPostgres>>;

export const conninfo = ({ port }: { port: number }) => `host=127.0.0.1 port=${port} user=postgres`;

/** A streaming replica, from a copy of the files: https://www.postgresql.org/docs/current/continuous-archiving.html */
export async function follow({ url, port, data }: Server, folder: string, at?: number): Promise<Server> {
  const session = new Client({ connectionString: url });
  await session.connect();
  await session.query("SELECT pg_backup_start('replica', true)");
  cpSync(data, folder, { recursive: true });
  const { rows } = await session.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  await session.end();
  rmSync(join(folder, 'postmaster.pid'));
  writeFileSync(join(folder, 'backup_label'), rows[0]?.labelfile ?? '');
  writeFileSync(join(folder, 'standby.signal'), '');
  appendFileSync(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo({ port })}'\n`);
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', '65534:65534', folder]);
  spawnSync('chmod', ['700', folder]);
  return startPostgres({ data: folder, ...(at === undefined ? {} : { port: at }) });
}
