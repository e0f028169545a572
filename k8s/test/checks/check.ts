import type { Kind, Of } from '../manifests/manifest.ts';
import { nameOf } from '../manifests/manifest.ts';
import { all, type ContainerEntry, type ManifestSet, type PodEntry } from '../manifests/manifest-set.ts';

/** `where` is `Kind/name` or `Kind/name container`; `what` says more, where the check's sentence is not enough. */
export type Violation = { where: string; what: string };

/** One rule. `says` is what holds where nothing violates it. */
export type Check = { code: string; on: string; says: string; violations: (set: ManifestSet) => Violation[] };

/** What a rule makes of one thing: whether it holds, or in words what is wrong with it. */
type Verdict = boolean | readonly string[];

function toViolations(where: string, verdict: Verdict): Violation[] {
  if (typeof verdict === 'boolean') return verdict ? [] : [{ where, what: '' }];
  return verdict.map((what) => ({ where, what }));
}

export const everyContainer = (
  code: string,
  says: string,
  judge: (entry: ContainerEntry, set: ManifestSet) => Verdict,
): Check => ({
  code,
  on: 'container',
  says,
  violations: (set) => set.containers.flatMap((entry) => toViolations(entry.where, judge(entry, set))),
});

export const everyPod = (code: string, says: string, judge: (pod: PodEntry, set: ManifestSet) => Verdict): Check => ({
  code,
  on: 'Pod',
  says,
  violations: (set) => set.pods.flatMap((pod) => toViolations(pod.where, judge(pod, set))),
});

export const every = <K extends Kind>(
  kinds: readonly K[],
  code: string,
  says: string,
  judge: (object: Of<K>, set: ManifestSet) => Verdict,
): Check => ({
  code,
  on: kinds.join(', '),
  says,
  violations: (set) =>
    kinds.flatMap((kind) => all(set, kind)).flatMap((object) => toViolations(nameOf(object), judge(object, set))),
});
