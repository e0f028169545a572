import { attempt, kubectl, run } from './run.ts';

export const namespace = 'podkit';

export type Answer = { status: number; body: string };

type Init = { method?: string; body?: string };

/** Ask over HTTP from inside a Pod of the suite: nothing of the cluster has to be reachable from here. */
export async function ask(pod: string, url: string, init: Init = {}): Promise<Answer> {
  const [answer] = await askAll(pod, [url], init);
  if (answer === undefined) throw new Error(`no answer of ${url}`);
  return answer;
}

/** The same for several, in one process: it counts towards the memory limit of the app's container. */
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

/** Wait until something is so; says what did not become so. */
export async function until<T>(what: string, check: () => Promise<T | undefined | false>, seconds = 120): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`waited ${seconds} s for ${what}${last === '' ? '' : `; last: ${last}`}`);
}

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

/** A JSON object of the API; undefined where it is gone. */
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

/** The statuses of all containers of a Pod; those of native sidecars are among the init containers'. */
export async function containerStatuses(name: string): Promise<ContainerStatus[]> {
  const pod = await get<Pod>('pod', name);
  return [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])];
}

/** How often the containers of a Pod were restarted, sidecars too, all together. */
export const restarts = async (name: string): Promise<number> =>
  (await containerStatuses(name)).reduce((sum, { restartCount }) => sum + restartCount, 0);

/** It changes when a Pod is replaced by another of its name. */
export const uid = async (name: string): Promise<string | undefined> => (await get<Pod>('pod', name))?.metadata.uid;

/** Wait until another Pod of that name is there than the one with this uid. */
export const untilReplaced = (name: string, before: string | undefined, seconds?: number): Promise<true> =>
  until(
    `${name} to be replaced`,
    async () => {
      const now = await uid(name);
      return now !== undefined && now !== before;
    },
    seconds,
  );
