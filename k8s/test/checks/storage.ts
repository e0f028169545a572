import { type Check, every, everyContainer, everyPod } from './check.ts';
import { amountOf } from './resources.ts';
import { referencesOf } from './volumes.ts';

const objectVolumes = (volumes: ReturnType<typeof referencesOf>) => volumes.map(({ volume }) => volume);

/** Volumes: bounded, used, and written only where they should be. */
export const storage: Check[] = [
  everyPod('empty-dir-bounded', 'Every emptyDir has a size limit.', ({ spec }) =>
    (spec.volumes ?? [])
      .filter(({ emptyDir }) => emptyDir !== undefined && !(amountOf(emptyDir.sizeLimit) > 0))
      .map(({ name }) => name),
  ),
  everyContainer('volumes-exist', 'Every mount names a volume or a claim of its Pod.', ({ container, pod }) => {
    const known = [...(pod.spec.volumes ?? []).map(({ name }) => name), ...pod.claims];
    return (container.volumeMounts ?? []).filter(({ name }) => !known.includes(name)).map(({ name }) => name);
  }),
  everyPod('volumes-used', 'Every volume and claim is mounted.', ({ spec, claims, containers }) => {
    const mounted = new Set(
      containers.flatMap(({ container }) => (container.volumeMounts ?? []).map(({ name }) => name)),
    );
    return [...(spec.volumes ?? []).map(({ name }) => name), ...claims].filter((name) => !mounted.has(name));
  }),
  everyContainer('mounts-apart', 'No two mounts of a container are at one path.', ({ container }) => {
    const paths = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    return paths.filter((path, at) => paths.indexOf(path) !== at);
  }),
  everyContainer(
    'read-only-objects',
    'ConfigMaps, Secrets and the Downward API are mounted read-only.',
    ({ container, pod }) => {
      const given = (pod.spec.volumes ?? [])
        .filter(({ downwardAPI }) => downwardAPI !== undefined)
        .map(({ name }) => name);
      const names = [...objectVolumes(referencesOf(pod)), ...given];
      return (container.volumeMounts ?? [])
        .filter(({ name, readOnly }) => names.includes(name) && readOnly !== true)
        .map(({ name }) => name);
    },
  ),
  everyContainer(
    'no-sub-path',
    'What may change is not mounted by subPath, which is never updated.',
    ({ container, pod }) => {
      const names = objectVolumes(referencesOf(pod));
      return (container.volumeMounts ?? [])
        .filter(({ name, subPath }) => names.includes(name) && subPath !== undefined)
        .map(({ name }) => name);
    },
  ),
  every(
    ['StatefulSet'],
    'claims-stated',
    'A claim says how much it asks for, and that one node mounts it.',
    ({ spec }) =>
      (spec.volumeClaimTemplates ?? [])
        .filter(
          ({ spec: claim }) =>
            !(amountOf(claim?.resources?.requests?.storage) > 0) || claim?.accessModes?.[0] !== 'ReadWriteOnce',
        )
        .map(({ metadata }) => String(metadata?.name)),
  ),
];
