import { spawnSync } from 'node:child_process';
import { exitCodes, signalExitCode } from '@podkit/chassis/process/exit-codes';
import { writeVolume } from '@podkit/downward/simulate';
import { writeConfigFiles } from './config-files.ts';
import { createView } from './create-view.ts';
import { createDemoRepository } from './demo-repository.ts';
import { createFolders, type Folders } from './folders.ts';
import type { Options } from './options.ts';
import { buildPod, downwardFiles } from './pod.ts';
import { portClaims } from './port-claims.ts';
import { requireFreePorts } from './ports.ts';
import { Readiness } from './readiness.ts';
import { writeSecrets } from './secrets.ts';
import { onStopSignal } from './stop-signals.ts';
import { type Pod, Supervisor } from './supervisor.ts';
import { urls } from './urls.ts';
import type { View } from './view.ts';

type SuiteProcess = Pick<NodeJS.Process, 'on' | 'stdout' | 'exit' | 'env' | 'ppid'>;

/**
 * Start everything in Pod order, stay until SIGINT, SIGTERM or SIGHUP, stop everything in Kubernetes' order. A second
 * Ctrl-C ends all at once with exit code 130. Returns the exit code: 0 when all ended well.
 *
 * @throws {PodkitError} ERR_PORT_TAKEN before anything was started
 */
export async function runSuite(options: Options, host: SuiteProcess): Promise<number> {
  const hasRedis = options.redisUrl !== undefined || spawnSync('redis-server', ['--version']).status === 0;
  await requireFreePorts(portClaims(options, hasRedis));
  const folders = createFolders(options.data);
  // However this process ends, except by SIGKILL.
  host.on('exit', () => folders.clean());
  const { pod, ready } = await preparePod(options, folders, hasRedis, host.env.PATH ?? '');
  const names = [...pod.servers, ...pod.init, ...pod.containers].map(({ name }) => name);
  const view = createView(host.stdout, names);
  const ends = await superviseUntilStopped(pod, { view, host, names, ready });
  return ends.every(({ code }) => code === 0) ? exitCodes.ok : exitCodes.failure;
}

/** Prepare what the processes need: files, repository, configuration. */
async function preparePod(options: Options, folders: Folders, hasRedis: boolean, path: string) {
  const demo = options.repo === undefined ? await createDemoRepository(folders.git) : undefined;
  await writeVolume(folders.podinfo, downwardFiles);
  const secrets = await writeSecrets(folders.secrets);
  const files = await writeConfigFiles(options, folders, secrets, hasRedis);
  const repo = options.repo ?? demo?.remote ?? '';
  const pod = buildPod({ options, folders, files, secrets, hasRedis, repo, path });
  return { pod, ready: urls(options, folders, demo) };
}

type Run = { view: View; host: SuiteProcess; names: string[]; ready: string[] };

async function superviseUntilStopped(pod: Pod, { view, host, names, ready }: Run) {
  const began = performance.now();
  const readiness = new Readiness(names, () => view.ready((performance.now() - began) / 1000, ready));
  const supervisor = new Supervisor({
    onLine: (name, line) => view.line(name, line),
    onState: (name, state, detail) => {
      view.state(name, state, detail);
      readiness.note(name, state);
    },
  });
  // Also when this process fails, so that no container outlives it.
  host.on('exit', () => supervisor.kill());
  await new Promise<void>((resolve) => {
    let stopping = false;
    const stop = (why: string) => {
      if (stopping) return;
      stopping = true;
      view.close();
      view.note(`${why}: stopping in order; Ctrl-C again ends at once`);
      supervisor.cancel();
      resolve();
    };
    onStopSignal(host, { stop, end: () => host.exit(signalExitCode('SIGINT')) });
    // The terminal was closed, or the reader of the pipe has ended.
    host.stdout.once('error', () => stop('output closed')).on('error', () => undefined);
    onParentGone(host, () => stop('the parent process has ended'));
    void supervisor.start(pod);
  });
  return supervisor.stop();
}

/** The process that started this one (tools/run.mjs) forwards signals. When it is killed, nothing else stops this one. */
function onParentGone(host: Pick<SuiteProcess, 'ppid'>, stop: () => void): void {
  const parent = host.ppid;
  const timer = setInterval(() => {
    if (host.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 1000);
  timer.unref();
}
