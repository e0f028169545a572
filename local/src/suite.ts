import { spawnSync } from 'node:child_process';
import { exitCodes } from '@podkit/chassis/process/exit-codes';
import { writeVolume } from '@podkit/downward/simulate';
import { banner } from './banner.ts';
import { writeConfigFiles } from './config-files.ts';
import { createDemoRepository } from './demo-repository.ts';
import { eventLine } from './event-line.ts';
import { createFolders } from './folders.ts';
import type { Options } from './options.ts';
import { downwardFiles, podOf } from './pod.ts';
import { portClaims } from './port-claims.ts';
import { requireFreePorts } from './ports.ts';
import { Supervisor } from './supervisor.ts';

type Host = Pick<NodeJS.Process, 'on' | 'stdout' | 'exit' | 'env'>;

/**
 * Start everything in Pod order, stay until SIGINT or SIGTERM, stop everything in Kubernetes' order.
 * Returns the exit code: 0 when all ended well.
 *
 * @throws {PodkitError} ERR_PORT_TAKEN before anything was started
 */
export async function runSuite(options: Options, host: Host): Promise<number> {
  const hasRedis = options.redisUrl !== undefined || spawnSync('redis-server', ['--version']).status === 0;
  await requireFreePorts(portClaims(options, hasRedis));
  const folders = await createFolders(options.data);
  const print = (name: string, line: string) => host.stdout.write(`${eventLine(name, line)}\n`);
  const supervisor = new Supervisor({ onLine: print, onEvent: print });
  const stopped = onStopSignal(host, supervisor);
  const demo = options.repo === undefined ? await createDemoRepository(folders.git) : undefined;
  await writeVolume(folders.podinfo, downwardFiles);
  const files = await writeConfigFiles(options, folders, hasRedis);
  const pod = podOf({
    options,
    folders,
    files,
    hasRedis,
    repo: options.repo ?? demo?.remote ?? '',
    path: host.env.PATH ?? '',
  });

  const started = await startAll(supervisor, pod);
  if (started) host.stdout.write(banner(options, folders, demo));
  await stopped;
  const ends = await supervisor.stop();
  await folders.clean();
  return ends.every(({ end }) => end.code === 0) ? exitCodes.ok : exitCodes.failure;
}

async function startAll(supervisor: Supervisor, pod: ReturnType<typeof podOf>): Promise<boolean> {
  for (const spec of pod.servers) if (!(await supervisor.run(spec))) return false;
  for (const spec of pod.init) if (!(await supervisor.runInit(spec))) return false;
  for (const spec of pod.containers) if (!(await supervisor.run(spec))) return false;
  return true;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends everything at once. */
function onStopSignal(host: Host, supervisor: Supervisor): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const onSignal = () => {
      count += 1;
      if (count === 1) {
        supervisor.cancel();
        resolve();
      } else {
        supervisor.kill();
        host.exit(exitCodes.failure);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) host.on(signal, onSignal);
  });
}
