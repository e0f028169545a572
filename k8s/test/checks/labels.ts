import { isKind, selects } from '../manifests/manifest.ts';
import { type Check, every, everyObject, everyPod, workloads } from './check.ts';

const clusterWide = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'PersistentVolume', 'StorageClass']);
const validValue = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;
const validName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Names and labels, by which everything finds everything. */
export const labels: Check[] = [
  everyObject(
    'namespace-stated',
    'Every object names its namespace, which is not `default`.',
    ({ kind, metadata }) => clusterWide.has(kind) || ![undefined, 'default'].includes(metadata.namespace),
  ),
  everyObject(
    'namespace-exists',
    'The Namespace that an object names comes with it.',
    ({ kind, metadata }, { objects }) =>
      clusterWide.has(kind) ||
      objects.some((other) => isNamespace(other.kind) && other.metadata.name === metadata.namespace),
  ),
  everyObject(
    'valid-names',
    'Names are DNS labels: lower case, digits and hyphens, at most 63.',
    ({ metadata: { name } }) => validName.test(name),
  ),
  everyObject('valid-labels', 'Label values are valid.', ({ metadata: { labels: own = {} } }) =>
    Object.values(own).every((value) => validValue.test(value)),
  ),
  everyPod(
    'recommended-labels',
    'Every Pod says with `app.kubernetes.io/name` what it is.',
    ({ labels: own }) =>
      own['app.kubernetes.io/name'] !== undefined && Object.values(own).every((value) => validValue.test(value)),
  ),
  everyObject(
    'same-labels',
    'What belongs to a program carries its name as a label.',
    (object) =>
      !(isKind(object, 'Service') || isKind(object, 'StatefulSet') || isKind(object, 'Deployment')) ||
      object.metadata.labels?.['app.kubernetes.io/name'] !== undefined,
  ),
  every(
    workloads,
    'selector-matches',
    'The selector of a workload picks its own Pods.',
    ({ spec: { selector, template } }) =>
      Object.keys(selector.matchLabels ?? {}).length > 0 && selects(selector, template.metadata?.labels ?? {}),
  ),
  every(workloads, 'selectors-apart', 'No workload selects the Pods of another.', (object, { pods }) =>
    pods.filter((pod) => pod.object !== object && selects(object.spec.selector, pod.labels)).map(({ where }) => where),
  ),
];

const isNamespace = (kind: string) => kind === 'Namespace';
