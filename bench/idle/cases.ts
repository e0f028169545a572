import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '@podkit/chassis/config/config';
import { freePort, freePorts } from '@podkit/chassis/testing/free-port';
import { writeVolume } from '@podkit/downward/simulate';
import { writeConfigFiles } from '../../local/src/config-files.ts';
import { createDemoRepository } from '../../local/src/demo-repository.ts';
import { createFolders } from '../../local/src/folders.ts';
import { optionsSchema } from '../../local/src/options.ts';
import { buildPod, downwardFiles } from '../../local/src/pod.ts';
import { writeSecrets } from '../../local/src/secrets.ts';
import { type Pod, Supervisor } from '../../local/src/supervisor.ts';
import type { Bench, Case } from '../core/bench.ts';
import { childPids, cpuMicroseconds, residentMB, start } from '../core/process.ts';
import { type Goal, type Row, row } from '../core/row.ts';

/** Milliseconds before the measurement, in which the work after a start, such as garbage collection, ends. */
const settling = 20_000;
const measured = 60_000;
/** The memory that each image may use at rest. */
const memory: Goal = { of: 'ours', atMost: 80 };

/** The suite without clients: its processes only do their periodic work (probes, scrapes, passes). The peer is a Node that does nothing. */
async function idle(bench: Bench): Promise<Row[]> {
  const pod = await asInImages(bench, await preparePod(bench));
  const pids = new Map<string, number>();
  const supervisor = new Supervisor({ onLine: () => undefined, onState: () => undefined });
  await using bare = await startBareNode();
  try {
    await supervisor.start(pod);
    // Redis replaces its command line with its own title.
    for (const { name, args } of [...pod.servers, ...pod.containers])
      pids.set(name, findChild(name === 'redis' ? 'redis-server' : (args[0] ?? '')));
    pids.set('Node alone', bare.pid);
    await sleep(settling);
    const before = new Map([...pids].map(([name, pid]) => [name, cpuSeconds(pid)]));
    await sleep(measured);
    const peer = { name: `Node ${process.version} alone`, figures: [residentMB(bare.pid).all] };
    return [...pids].flatMap(([name, pid]) => [
      row({
        work: `${name} at rest, resident memory`,
        unit: 'MB',
        ours: [residentMB(pid).all],
        ...(name === 'Node alone' ? {} : { peer }),
        ...(isOurs(pod, name) ? { goal: memory } : {}),
      }),
      row({
        work: `${name} at rest, CPU time`,
        unit: 's/min',
        ours: [((cpuSeconds(pid) - (before.get(name) ?? 0)) * 60_000) / measured],
      }),
    ]);
  } finally {
    await supervisor.stop();
  }
}

const isOurs = (pod: Pod, name: string) => pod.containers.some((container) => container.name === name);

/** The flag of an option: `appPort` is `--app-port`. */
const flag = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Prepare what `npm start` prepares, on free ports. */
async function preparePod({ folder }: Bench): Promise<Pod> {
  const data = join(folder, 'suite');
  mkdirSync(data);
  const names = Object.keys(optionsSchema.properties).filter((name) => name.endsWith('Port'));
  const free = await freePorts(names.length);
  const argv = [`--data=${data}`, ...names.map((name, at) => `${flag(name)}=${free[at]}`)];
  const { config: options } = loadConfig(optionsSchema, { prefix: 'PODKIT_', env: {}, argv });
  const folders = createFolders(data);
  const { remote } = await createDemoRepository(folders.git);
  await writeVolume(folders.podinfo, downwardFiles);
  const secrets = await writeSecrets(folders.secrets);
  const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
  const files = await writeConfigFiles(options, folders, secrets, hasRedis);
  return buildPod({ options, folders, files, secrets, hasRedis, repo: remote, path: process.env.PATH ?? '' });
}

/** The services whose images tell the C library to give memory back. */
const trimmed: ReadonlySet<string> = new Set(['ambassador', 'metrics-adapter']);

/** Run the bundles instead of the sources, with the images' environment. */
async function asInImages(bench: Bench, pod: Pod): Promise<Pod> {
  const containers = await Promise.all(
    pod.containers.map(async (spec) => {
      const malloc = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };
      const env = { ...spec.env, NODE_ENV: 'production', ...(trimmed.has(spec.name) ? malloc : {}) };
      return { ...spec, args: [await bench.bundle(spec.name), ...spec.args.slice(1)], env };
    }),
  );
  return { ...pod, containers };
}

async function startBareNode() {
  const port = await freePort();
  const script = `require('node:net').createServer().listen(${port}, '127.0.0.1')`;
  return start(process.execPath, ['-e', script], { port });
}

/** Find the child process whose command line has this word. */
function findChild(word: string): number {
  const found = childPids(process.pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word));
  if (found === undefined) throw new Error(`no child process has ${word} in its command line`);
  return found;
}

/** CPU time of a process and of its ended children, such as git: fields 16 and 17 of proc(5), stat. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return cpuMicroseconds(pid) / 1e6 + (Number(fields[13]) + Number(fields[14])) / 100;
}

export const cases: Record<string, Case<Row>> = { suite: idle };
