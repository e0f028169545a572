import { namespace, restarts, until } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { kubectl } from '../../run.ts';

const seconds = 180;
const data = '/var/lib/postgresql/data/pgdata';
const inPostgres = (script: string) =>
  kubectl('-n', namespace, 'exec', 'postgres-0', '-c', 'postgres', '--', 'sh', '-c', script);

/** Make a real recovery slow: PostgreSQL requests a file of its archive, and the archive answers when the test creates /tmp/answer. */
const recoverSlowly = `
  echo "restore_command = 'until [ -e /tmp/answer ]; do sleep 1; done; false'" >>${data}/postgresql.auto.conf
  touch ${data}/recovery.signal
  pg_ctl stop --pgdata=${data} --mode=immediate`;

/** No probe restarts a PostgreSQL that recovers for three minutes, and it becomes ready afterwards. */
export async function longRecovery(): Promise<string> {
  const before = await restarts('postgres-0');
  // When the server ends, the container ends, and this shell with it.
  await inPostgres(recoverSlowly).catch(() => undefined);
  await until('PostgreSQL to start again', async () => (await restarts('postgres-0')) === before + 1);
  const began = Date.now();
  while (Date.now() - began < seconds * 1000) {
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect((await restarts('postgres-0')) === before + 1, 'PostgreSQL was restarted while it recovered');
    const phase = await inPostgres('pg_isready -h 127.0.0.1 -U podkit || true');
    expect(!phase.includes('accepting connections'), `it has recovered too early: ${phase}`);
  }
  await inPostgres(`sed -i /^restore_command/d ${data}/postgresql.auto.conf; touch /tmp/answer`);
  await kubectl('-n', namespace, 'wait', '--for=condition=Ready', 'pod/postgres-0', '--timeout=120s');
  expect((await restarts('postgres-0')) === before + 1, 'PostgreSQL was restarted again');
  return `${seconds} s in recovery, no probe restarted it`;
}
