import { describe, expect, it } from 'vitest';
import { exceptions } from './exceptions.ts';
import { type Json, nameOf, podSpecOf, render, sets } from './render.ts';

const isSmall = (set: string) => Object.keys(exceptions.smallSets).some((prefix) => set.startsWith(prefix));

describe.each(sets.filter((set) => !isSmall(set)))('%s', (set) => {
  const objects = render(set);
  const pods = objects.flatMap((object) => {
    const spec = podSpecOf(object);
    return spec === undefined ? [] : [{ object, spec }];
  });

  it('protects every workload: a NetworkPolicy, a disruption budget that never blocks, a spread over nodes', () => {
    const covered = (kind: string, label: string) =>
      objects.some(({ kind: found, spec }) => {
        const selector = ((spec as Json)?.selector ?? (spec as Json)?.podSelector) as
          | { matchLabels?: Json }
          | undefined;
        return found === kind && selector?.matchLabels?.['app.kubernetes.io/name'] === label;
      });
    const bare = pods.flatMap(({ object, spec }) => {
      const label = (object.metadata as { name: string }).name;
      const lacks = ['NetworkPolicy', 'PodDisruptionBudget'].filter((kind) => !covered(kind, label));
      return [...lacks, ...(spec.topologySpreadConstraints === undefined ? ['spread'] : [])].map(
        (what) => `${label}: ${what}`,
      );
    });
    expect(bare).toEqual([]);
    const blocking = objects.filter(
      ({ kind, spec }) =>
        kind === 'PodDisruptionBudget' &&
        ((spec as Json).maxUnavailable !== 1 || (spec as Json).unhealthyPodEvictionPolicy !== 'AlwaysAllow'),
    );
    expect(blocking.map(nameOf)).toEqual([]);
  });

  it('has two replicas of what can have them, or leaves their number to an autoscaler', () => {
    const scaled = objects
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .map(({ spec }) => (spec as { scaleTargetRef: { name: string } }).scaleTargetRef.name);
    const wrong = objects.filter(({ kind, metadata, spec }) => {
      const name = String((metadata as Json).name);
      if (kind !== 'StatefulSet' || name in exceptions.singletons) return false;
      const replicas = (spec as { replicas?: number }).replicas;
      return scaled.includes(name) ? replicas !== undefined : (replicas ?? 1) < 2;
    });
    expect(wrong.map(nameOf)).toEqual([]);
  });
});
