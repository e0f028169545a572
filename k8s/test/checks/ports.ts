import type { V1ContainerPort } from '@kubernetes/client-node';
import { type Of, selects } from '../manifests/manifest.ts';
import { all, type ManifestSet, type PodEntry } from '../manifests/manifest-set.ts';

export const listPorts = ({ containers }: PodEntry): V1ContainerPort[] =>
  containers.flatMap(({ container }) => container.ports ?? []);

/** The Pods that a Service selects; one without a selector selects none. */
export const selectPods = ({ pods }: ManifestSet, { spec: { selector } }: Of<'Service'>): PodEntry[] =>
  selector === undefined
    ? []
    : pods.filter((pod) => selects({ matchLabels: selector }, effectiveLabels(pod, selector)));

/** A StatefulSet's controller gives each Pod its own name as a label; the template does not have it. */
function effectiveLabels({ object, labels }: PodEntry, selector: Record<string, string>): PodEntry['labels'] {
  const name = selector[podName];
  const isOwn = object.kind === 'StatefulSet' && name?.replace(/-\d+$/, '') === object.metadata.name;
  return name !== undefined && isOwn ? { ...labels, [podName]: name } : labels;
}

const podName = 'statefulset.kubernetes.io/pod-name';

/** Whether a Service of that name has a port of that name or number. */
export const serviceHas = (set: ManifestSet, name: string | undefined, port: string | number | undefined): boolean =>
  all(set, 'Service').some(
    ({ metadata, spec }) =>
      metadata.name === name && (spec.ports ?? []).some((known) => [known.name, known.port].includes(port)),
  );
