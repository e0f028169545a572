import { containerStatuses, get, namespace, type Pod, pods, restarts, rolledOut, until } from '../../app-client.ts';
import { expect } from '../../case.ts';
import { attempt, kubectl } from '../../run.ts';

/** A wrong change of the StatefulSet, and the evidence of it that an operator finds. */
export type Mistake = {
  name: string;
  template: object;
  evidence: (pod: string) => Promise<string | undefined | false>;
};

const readLog = async (pod: string, container: string) => {
  const words = ['-n', namespace, 'logs', pod, '-c', container];
  return `${(await attempt('kubectl', words)).output}${(await attempt('kubectl', [...words, '--previous'])).output}`;
};

const never = { httpGet: { path: '/never', port: 'downward' }, periodSeconds: 1, timeoutSeconds: 2 };
const unready: Mistake = {
  name: 'a sidecar that never gets ready',
  template: { initContainers: [{ name: 'downward-reader', readinessProbe: never }] },
  evidence: async (pod) => {
    const found = await get<Pod>('pod', pod);
    const message = found?.status.conditions?.find(({ type }) => type === 'ContainersReady')?.message;
    return message?.includes('unready status: [downward-reader]') && `the Pod's condition: ${message}`;
  },
};

export const mistakes: Mistake[] = [
  {
    name: 'an image that cannot be pulled',
    template: { containers: [{ name: 'app', image: 'podkit.local/app:none' }] },
    evidence: async (pod) => {
      const reason = (await containerStatuses(pod)).find(({ name }) => name === 'app')?.state.waiting?.reason;
      return reason !== undefined && /^(ErrImage|ImagePull)/.test(reason) && `the container's state: ${reason}`;
    },
  },
  {
    name: 'a setting with a typing error',
    template: { containers: [{ name: 'app', env: [{ name: 'DRAIN_DELAY', value: 'soon' }] }] },
    evidence: async (pod) => /.*DRAIN_DELAY.*/.exec(await readLog(pod, 'app'))?.[0].slice(0, 160),
  },
  {
    name: 'a Secret that is not there',
    template: { volumes: [{ name: 'stores', secret: { secretName: 'podkit-secret' } }] },
    evidence: async (pod) => {
      const events = await kubectl('-n', namespace, 'get', 'events', `--field-selector=involvedObject.name=${pod}`);
      return /FailedMount.*"podkit-secret" not found/.exec(events)?.[0].slice(0, 160);
    },
  },
  {
    name: 'a sidecar that has too little memory',
    template: {
      initContainers: [
        { name: 'metrics-adapter', resources: { requests: { memory: '32Mi' }, limits: { memory: '32Mi' } } },
      ],
    },
    evidence: async (pod) => {
      const status = (await containerStatuses(pod)).find(({ name }) => name === 'metrics-adapter');
      return status?.lastState.terminated?.reason === 'OOMKilled' && 'the last state of metrics-adapter: OOMKilled';
    },
  },
  unready,
];

/** Make a mistake, wait for its evidence, and undo it. The Pods that ran before keep running. */
export async function recover(mistake: Mistake): Promise<string> {
  const broken = await make(mistake);
  try {
    return (await until(`the evidence at ${broken}`, () => mistake.evidence(broken))) || '';
  } finally {
    await undoRollout(broken);
  }
}

/** Roll out a sidecar that never gets ready. Returns the Pod that waits for it. */
export async function breakReadiness(): Promise<string> {
  const broken = await make(unready);
  await until(`${broken} not to get ready`, () => unready.evidence(broken));
  return broken;
}

/** Roll out a mistake. Returns the first Pod that gets it; the rollout stops there. */
async function make({ template }: Mistake): Promise<string> {
  const patch = JSON.stringify({ spec: { template: { spec: template } } });
  await kubectl('-n', namespace, 'patch', 'statefulset', 'podkit', `--patch=${patch}`);
  return `podkit-${(await pods()).length - 1}`;
}

/** Roll back. A broken Pod blocks the rollback too, until it is deleted: docs/scaling.md. */
export async function undoRollout(broken: string): Promise<void> {
  await kubectl('-n', namespace, 'rollout', 'undo', 'statefulset/podkit');
  await kubectl('-n', namespace, 'delete', 'pod', broken, '--timeout=120s');
  await rolledOut();
}

/** The ambassadors refuse an invalid file, log the error, and keep serving with the last valid one. */
export async function invalidConfigMap(): Promise<string> {
  type ConfigMap = { data: Record<string, string> };
  const restartsBefore = await restarts('podkit-0');
  const before = (await get<ConfigMap>('configmap', 'podkit-config'))?.data['ambassador.yaml'] ?? '';
  await setAmbassadorConfig(before.replace('stores:', 'storse:'));
  try {
    const line = await until(
      'the error in the log of the ambassador',
      async () => /.*storse.*/.exec(await readLog('podkit-0', 'ambassador'))?.[0],
      180,
    );
    expect((await restarts('podkit-0')) === restartsBefore, 'a container was restarted');
    return `the log of the ambassador: ${line.slice(0, 200)}`;
  } finally {
    await setAmbassadorConfig(before);
  }
}

function setAmbassadorConfig(text: string): Promise<string> {
  const patch = JSON.stringify({ data: { 'ambassador.yaml': text } });
  return kubectl('-n', namespace, 'patch', 'configmap', 'podkit-config', `--patch=${patch}`);
}
