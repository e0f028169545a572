import { waitFor } from '@podkit/chassis/testing/wait-for';
import { attempt, kubectl, run } from './run.ts';

export const namespace = 'podkit';

export type Answer = { status: number; body: string };

type Init = { method?: string; body?: string };

/** Send an HTTP request from inside a Pod of the suite. So the cluster's network need not be reachable from here. */
export async function ask(pod: string, url: string, init: Init = {}): Promise<Answer> {
  const [response] = await askAll(pod, [url], init);
  if (response === undefined) throw new Error(`no response from ${url}`);
  return response;
}

/** Request several URLs from one process, because each process counts towards the memory limit of the app's container. */
export async function askAll(pod: string, urls: readonly string[], init: Init = {}): Promise<Answer[]> {
  const headers = init.body === undefined ? {} : { 'content-type': 'application/json' };
  const code = `(async () => {
    const answers = [];
    for (const url of ${JSON.stringify(urls)}) {
      const answer = await fetch(url, ${JSON.stringify({ ...init, headers })});
      answers.push({ status: answer.status, body: await answer.text() });
    }
    console.log(JSON.stringify(answers));
  })()`;
  const output = await run('kubectl', ['-n', namespace, 'exec', pod, '-c', 'app', '--', 'node', '-e', code]);
  return JSON.parse(output.slice(output.indexOf('[{'))) as Answer[];
}

/** Wait until a check returns a value. An error that it throws counts as "not yet". @throws {Error} with the last error as cause */
export const until = <T>(what: string, check: () => Promise<T | undefined | false>, seconds = 120): Promise<T> =>
  waitFor<T | undefined | false>(what, check, { timeout: seconds * 1000, interval: 500 });

export async function scaleTo(replicas: number): Promise<void> {
  await kubectl('-n', namespace, 'scale', 'statefulset/podkit', `--replicas=${replicas}`);
  await rolledOut();
  await until(`${replicas} Pods`, async () => (await pods()).length === replicas);
}

export const rolledOut = () => kubectl('-n', namespace, 'rollout', 'status', 'statefulset/podkit', '--timeout=300s');

export async function pods(): Promise<string[]> {
  const names = await kubectl('-n', namespace, 'get', 'pods', '-l', 'app.kubernetes.io/name=podkit', '-o', 'name');
  return names
    .trim()
    .split('\n')
    .filter((name) => name !== '');
}

/** Get an object of the API, or undefined if there is none. */
export async function get<T>(kind: string, name: string): Promise<T | undefined> {
  const { code, output } = await attempt('kubectl', ['-n', namespace, 'get', kind, name, '-o', 'json']);
  return code === 0 ? (JSON.parse(output) as T) : undefined;
}

export type ContainerStatus = {
  name: string;
  state: { running?: { startedAt: string }; waiting?: { reason: string } };
  lastState: { terminated?: { reason: string } };
  restartCount: number;
};
export type Pod = {
  metadata: { uid: string };
  status: {
    conditions?: { type: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

/** The statuses of all containers of a Pod. Kubernetes lists native sidecars among the init containers. */
export async function containerStatuses(name: string): Promise<ContainerStatus[]> {
  const pod = await get<Pod>('pod', name);
  return [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])];
}

/** The sum of the restarts of all containers of a Pod, sidecars included. */
export const restarts = async (name: string): Promise<number> =>
  (await containerStatuses(name)).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** The uid of a Pod. It changes when another Pod of the same name replaces it. */
export const uid = async (name: string): Promise<string | undefined> => (await get<Pod>('pod', name))?.metadata.uid;

/** Wait until another Pod of that name has replaced the one with this uid. */
export const untilReplaced = (name: string, before: string | undefined, seconds?: number): Promise<true> =>
  until(
    `${name} to be replaced`,
    async () => {
      const now = await uid(name);
      return now !== undefined && now !== before;
    },
    seconds,
  );
