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

/** The suite under load, and what the loads and faults need. */
export type Subject = {
  suite: Suite;
  tally: Tally;
  /** What each kind of client has written. */
  writes: { notes: Written; state: Written; redis: Written };
  redis: Redis;
  /** The folder of the suite's volumes. */
  data: string;
  /** Whether `data/site` is a separate disk, small enough to fill. */
  smallDisk: boolean;
  metricsUrls: ReadonlyMap<string, string>;
  /** Read the current value of a secret. */
  readSecret: (name: string) => string;
  /** Find the process ids of the services and stores, by name. */
  findAll: () => Map<string, number>;
};

/** Start the suite in a temporary folder and wait until it is ready. The folder is removed when this process exits. */
export async function startSubject(): Promise<Subject> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'podkit-soak-')));
  const data = join(folder, 'data');
  const smallDisk = mountSmallDisk(join(data, 'site'));
  if (!smallDisk) console.log('NOT run: the full disk; only root can mount the small disk that it needs');
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

/** Connect a client that fails at once when it has no connection: it never queues a write for later. */
function connectRedis(suite: Suite, password: string): Redis {
  return new Redis(Number(new URL(suite.url('ambassador-redis', '/')).port), '127.0.0.1', {
    password,
    commandTimeout: 10_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 100,
    enableOfflineQueue: false,
  }).on('error', () => undefined);
}
