import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export type Json = Record<string, unknown>;
export type EnvVar = { name: string; value?: string; valueFrom?: Json };
export type Probe = Json & { httpGet?: { port: string | number }; tcpSocket?: { port: string | number } };
export type Container = {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  ports?: { name: string; containerPort: number }[];
  restartPolicy?: string;
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  volumeMounts?: { name: string; mountPath: string }[];
  securityContext?: Json;
  resources?: { limits?: Json; requests?: Json };
};
export type PodSpec = Json & {
  containers: Container[];
  initContainers?: Container[];
  securityContext?: Json;
  terminationGracePeriodSeconds?: number;
  volumes?: (Json & { name: string })[];
};

const folder = join(import.meta.dirname, '..');
const patterns = readdirSync(join(folder, 'patterns')).map((name) => join('patterns', name));

/** Every folder that is applied as it is, below k8s/. */
export const sets = ['base', join('overlays', 'kind'), join('overlays', 'options'), ...patterns];

/** What `kubectl apply -k` would send. */
export function render(set: string): Json[] {
  const { status, stdout, stderr, error } = spawnSync('kubectl', ['kustomize', join(folder, set)], {
    maxBuffer: 2 ** 26,
  });
  if (error)
    throw new Error('kubectl is needed to render the manifests: https://kubernetes.io/docs/tasks/tools/', {
      cause: error,
    });
  if (status !== 0) throw new Error(`${set} cannot be rendered: ${String(stderr)}`);
  return parseAllDocuments(String(stdout)).map((document) => document.toJS() as Json);
}

export function podSpecOf(object: Json): PodSpec | undefined {
  const spec = object.spec as (Json & { template?: { spec: PodSpec } }) | undefined;
  if (object.kind === 'Pod') return spec as unknown as PodSpec;
  return spec?.template?.spec;
}

export const nameOf = ({ kind, metadata }: Json) => `${String(kind)}/${String((metadata as Json).name)}`;
