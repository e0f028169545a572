import type { V1ContainerPort } from '@kubernetes/client-node';
import { type Of, selects } from '../manifests/manifest.ts';
import { all, type ManifestSet, type PodEntry } from '../manifests/manifest-set.ts';

export const portsOf = ({ containers }: PodEntry): V1ContainerPort[] =>
  containers.flatMap(({ container }) => container.ports ?? []);

/** The Pods that a Service selects; one without a selector selects none. */
export const podsOf = ({ pods }: ManifestSet, { spec: { selector } }: Of<'Service'>): PodEntry[] =>
  selector === undefined ? [] : pods.filter(({ labels }) => selects({ matchLabels: selector }, labels));

/** Whether there is such a Service, with a port of that name or number. */
export const serviceHas = (set: ManifestSet, name: string | undefined, port: string | number | undefined): boolean =>
  all(set, 'Service').some(
    ({ metadata, spec }) =>
      metadata.name === name && (spec.ports ?? []).some((known) => [known.name, known.port].includes(port)),
  );
