import type { Kind, Of } from '../manifests/manifest.ts';
import { describeManifest } from '../manifests/manifest.ts';
import { all, type ContainerEntry, type ManifestSet, type PodEntry } from '../manifests/manifest-set.ts';

/** `where` is `Kind/name` or `Kind/name container`; `what` has details, or is empty. */
export type Violation = { where: string; what: string };

/** One check. `says` is the sentence that must be true. */
export type Check = { code: string; on: string; says: string; violations: (set: ManifestSet) => Violation[] };

/** The result for one object: whether the check holds, or its errors. */
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
    kinds
      .flatMap((kind) => all(set, kind))
      .flatMap((object) => toViolations(describeManifest(object), judge(object, set))),
});
