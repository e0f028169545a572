import type { Of } from '../manifests/manifest.ts';
import { selects } from '../manifests/manifest.ts';
import { all, type ManifestSet } from '../manifests/manifest-set.ts';
import { type Check, every, everyPod, workloads } from './check.ts';

type Workload = Of<(typeof workloads)[number]>;

const labelsOf = ({ spec }: Workload) => spec.template.metadata?.labels ?? {};

const autoscalersOf = (set: ManifestSet, { kind, metadata }: Workload) =>
  all(set, 'HorizontalPodAutoscaler').filter(
    ({ spec: { scaleTargetRef: target } }) => target.kind === kind && target.name === metadata.name,
  );

const atLeast = (amount: string | number | undefined) => Number(String(amount).replace('%', ''));

/** Staying up while Pods come and go. */
export const availability: Check[] = [
  everyPod('no-bare-pod', 'Every Pod has a controller that makes it anew.', ({ object }) => object.kind !== 'Pod'),
  every(workloads, 'two-replicas', 'There are at least two Pods of everything, or an autoscaler.', (object, set) =>
    autoscalersOf(set, object).length > 0 ? true : (object.spec.replicas ?? 1) >= 2,
  ),
  every(workloads, 'rolling-update', 'A new revision comes Pod by Pod.', (object) => {
    const { strategy, updateStrategy } = object.spec as {
      strategy?: { type?: string };
      updateStrategy?: { type?: string };
    };
    return ((strategy ?? updateStrategy)?.type ?? 'RollingUpdate') === 'RollingUpdate';
  }),
  every(workloads, 'disruption-budget', 'A PodDisruptionBudget covers every workload.', (object, set) =>
    all(set, 'PodDisruptionBudget').some(({ spec }) => selects(spec.selector, labelsOf(object))),
  ),
  every(
    ['PodDisruptionBudget'],
    'disruption-budget-lets-go',
    'A disruption budget never stops the drain of a node, and covers something.',
    ({ spec }, set) => {
      const covered = workloads
        .flatMap((kind) => all(set, kind))
        .filter((object) => selects(spec.selector, labelsOf(object)));
      const replicas = Math.max(0, ...covered.map((object) => object.spec.replicas ?? 2));
      return (
        spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' &&
        covered.length > 0 &&
        (spec.maxUnavailable === undefined
          ? atLeast(spec.minAvailable) < (String(spec.minAvailable).endsWith('%') ? 100 : replicas)
          : atLeast(spec.maxUnavailable) >= 1)
      );
    },
  ),
  every(workloads, 'spread-over-nodes', 'The Pods of a workload are spread over nodes.', (object) =>
    (object.spec.template.spec?.topologySpreadConstraints ?? []).some(
      ({ topologyKey, labelSelector }) =>
        topologyKey === 'kubernetes.io/hostname' && selects(labelSelector, labelsOf(object)),
    ),
  ),
  every(
    ['HorizontalPodAutoscaler'],
    'autoscaler-target',
    'An autoscaler names a workload that is there, keeps at least two Pods, and owns their number alone.',
    ({ spec }, set) => {
      const { kind, name } = spec.scaleTargetRef;
      const target = workloads
        .flatMap((type) => all(set, type))
        .find((object) => object.kind === kind && object.metadata.name === name);
      return target !== undefined && target.spec.replicas === undefined && (spec.minReplicas ?? 1) >= 2;
    },
  ),
  every(
    ['HorizontalPodAutoscaler'],
    'autoscaler-container',
    'An autoscaler measures containers that are there.',
    ({ spec }, set) =>
      (spec.metrics ?? []).flatMap(({ containerResource }) => {
        const name = containerResource?.container;
        const there = set.containers.some(
          ({ container, pod }) => container.name === name && pod.object.metadata.name === spec.scaleTargetRef.name,
        );
        return name === undefined || there ? [] : [name];
      }),
  ),
];
