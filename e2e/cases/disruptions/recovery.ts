import { namespace, restarts, until } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { kubectl } from '../../run.ts';

const seconds = 180;
const data = '/var/lib/postgresql/data/pgdata';
const inPostgres = (script: string) =>
  kubectl('-n', namespace, 'exec', 'postgres-0', '-c', 'postgres', '--', 'sh', '-c', script);

/** A real recovery that takes long: PostgreSQL asks its archive for a file, and the archive answers only when the test lets it. */
const recoverSlowly = `
  echo "restore_command = 'until [ -e /tmp/answer ]; do sleep 1; done; false'" >>${data}/postgresql.auto.conf
  touch ${data}/recovery.signal
  pg_ctl stop --pgdata=${data} --mode=immediate`;

/** A PostgreSQL that recovers for three minutes is left to it: no probe restarts it, and its notes are there afterwards. */
export async function longRecovery(): Promise<string> {
  const before = await restarts('postgres-0');
  // The server takes the shell along as it ends.
  await inPostgres(recoverSlowly).catch(() => undefined);
  await until('PostgreSQL to start again', async () => (await restarts('postgres-0')) === before + 1);
  const began = Date.now();
  while (Date.now() - began < seconds * 1000) {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect((await restarts('postgres-0')) === before + 1, 'PostgreSQL was restarted while it recovered');
    const phase = await inPostgres('pg_isready -h 127.0.0.1 -U podkit || true');
    expect(!phase.includes('accepting connections'), `it recovered already: ${phase}`);
  }
  await inPostgres(`sed -i /^restore_command/d ${data}/postgresql.auto.conf; touch /tmp/answer`);
  await kubectl('-n', namespace, 'wait', '--for=condition=Ready', 'pod/postgres-0', '--timeout=120s');
  expect((await restarts('postgres-0')) === before + 1, 'PostgreSQL was restarted again');
  return `${seconds} s in recovery, restarted by no probe`;
}
