import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { describeManifest, isKind, type Kind, type Manifest, type Of } from './manifest.ts';

/** A Pod or a Pod template. */
export type PodEntry = {
  /** `Kind/name` of its object. */
  where: string;
  object: Manifest;
  labels: Record<string, string>;
  spec: V1PodSpec;
  containers: ContainerEntry[];
};

export type ContainerEntry = {
  /** `Kind/name container`. */
  where: string;
  container: V1Container;
  pod: PodEntry;
  /** Whether it is a native sidecar: an init container with restartPolicy Always. */
  sidecar: boolean;
  /** Whether it runs as long as the Pod: a native sidecar, or an ordinary container that belongs to no Job. */
  endless: boolean;
};

/** The objects of one `kubectl apply -k`. */
export type ManifestSet = { name: string; objects: Manifest[]; pods: PodEntry[]; containers: ContainerEntry[] };

export function manifestSet(name: string, objects: Manifest[]): ManifestSet {
  const pods = objects.flatMap(listPods);
  return { name, objects, pods, containers: pods.flatMap(({ containers }) => containers) };
}

/** The objects of a kind. */
export const all = <K extends Kind>({ objects }: ManifestSet, kind: K): Of<K>[] =>
  objects.filter((object) => isKind(object, kind));

/** The object of that kind and name, or undefined. */
export const find = ({ objects }: ManifestSet, kind: string, name: string | undefined): Manifest | undefined =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

type Template = { metadata?: { labels?: Record<string, string> }; spec?: V1PodSpec };
type Claim = { metadata?: { name?: string } };

function listPods(object: Manifest): PodEntry[] {
  const owner = object.spec as
    | { template?: Template; volumeClaimTemplates?: Claim[]; jobTemplate?: unknown }
    | undefined;
  const job = (owner?.jobTemplate as { spec?: { template?: Template } } | undefined)?.spec?.template;
  const template = isKind(object, 'Pod') ? { metadata: object.metadata, spec: object.spec } : (job ?? owner?.template);
  if (template?.spec === undefined) return [];
  const pod: PodEntry = {
    where: describeManifest(object),
    object,
    labels: template.metadata?.labels ?? {},
    spec: template.spec,
    containers: [],
  };
  const init = (pod.spec.initContainers ?? []).map((container) => ({ container, ordinary: false }));
  const ordinary = pod.spec.containers.map((container) => ({ container, ordinary: true }));
  for (const { container, ordinary: app } of [...init, ...ordinary]) {
    const sidecar = !app && container.restartPolicy === 'Always';
    const endless = sidecar || (app && !['Job', 'CronJob'].includes(object.kind));
    pod.containers.push({ where: `${pod.where} ${container.name}`, container, pod, sidecar, endless });
  }
  return [pod];
}
