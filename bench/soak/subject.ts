import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type Suite, startSuite } from '../../local/test/support/start-suite.ts';
import { findChildren } from './processes.ts';
import { allReady, services } from './ready.ts';
import { Tally } from './tally.ts';
import { Written } from './written.ts';

/** The suite that is under load, with what its clients and its faults need. */
export type Subject = {
  suite: Suite;
  tally: Tally;
  /** What each kind of client has written. */
  writes: { notes: Written; state: Written; redis: Written };
  redis: Redis;
  /** The folder of the suite's volumes. */
  data: string;
  /** Whether `site` of it is a disk of its own, small enough to be filled. */
  smallDisk: boolean;
  metricsUrls: ReadonlyMap<string, string>;
  /** A secret of this run as its file has it now. */
  readSecret: (name: string) => string;
  /** Process ids by name: the services and their servers. */
  findAll: () => Map<string, number>;
};

/** Start the suite in a folder that is removed when this process ends, and wait until all of it is ready. */
export async function startSubject(): Promise<Subject> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'podkit-soak-')));
  const data = join(folder, 'data');
  const smallDisk = mountSmallDisk(join(data, 'site'));
  if (!smallDisk) console.log('NOT run: the fault of a full disk, for which root must mount a small one');
  process.on('exit', () => {
    if (smallDisk) spawnSync('umount', ['-l', join(data, 'site')]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const suite = await startSuite(folder, [`--data=${data}`]);
  process.on('exit', () => suite.kill('SIGTERM'));
  const patterns = Object.fromEntries(services.map((name) => [name, new RegExp(`services/${name}/src/main`)]));
  const readSecret = (name: string) => readFileSync(join(data, 'secrets', name), 'utf8');
  const subject = {
    suite,
    tally: new Tally(),
    writes: { notes: new Written(), state: new Written(), redis: new Written() },
    redis: connectRedis(suite, readSecret('ambassador-redis-password')),
    data,
    smallDisk,
    metricsUrls: new Map([
      ['app', suite.url('app-admin', '/metrics')],
      ['git-sync', suite.url('git-sync', '/metrics')],
      ['ambassador', suite.url('ambassador-admin', '/metrics')],
      ['downward-reader', suite.url('downward', '/metrics')],
      ['metrics-adapter', suite.url('adapter', '/metrics')],
    ]),
    readSecret,
    findAll: () => findChildren(suite.pid, { ...patterns, redis: /redis-server/, postgres: /pglite-server/ }),
  };
  await allReady(suite);
  return subject;
}

function mountSmallDisk(path: string): boolean {
  mkdirSync(path, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', path]).status === 0;
}

/** A client that fails at once while it has no connection: what is not acknowledged is counted, and not kept for later. */
function connectRedis(suite: Suite, password: string): Redis {
  return new Redis(Number(new URL(suite.url('ambassador-redis', '/')).port), '127.0.0.1', {
    password,
    commandTimeout: 10_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 100,
    enableOfflineQueue: false,
  }).on('error', () => undefined);
}
