import type { ContainerEntry } from '../manifests/manifest-set.ts';
import { find } from '../manifests/manifest-set.ts';
import { type Check, everyContainer, everyObject, everyPod } from './check.ts';

/** A setting of the container, or else of its Pod. */
const effective = ({ container, pod }: ContainerEntry, field: 'runAsNonRoot' | 'runAsUser' | 'runAsGroup') =>
  container.securityContext?.[field] ?? pod.spec.securityContext?.[field];

const allowedVolumes = 'configMap csi downwardAPI emptyDir ephemeral name persistentVolumeClaim projected secret'.split(
  ' ',
);
const secretName = /(PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|PRIVATE_KEY)$/;

type Rule = { verbs?: string[]; resources?: string[]; apiGroups?: string[] };

/** Pod Security `restricted`, and what the usual scanners ask for beyond it. */
export const security: Check[] = [
  everyContainer(
    'run-as-non-root',
    'No container may run as root.',
    (entry) => effective(entry, 'runAsNonRoot') === true,
  ),
  everyContainer(
    'high-ids',
    'User and group are numbers above 10000, which no account of a node has.',
    (entry) => Number(effective(entry, 'runAsUser')) > 10_000 && Number(effective(entry, 'runAsGroup')) > 10_000,
  ),
  everyPod(
    'no-root-group',
    'Volumes and extra groups of a Pod are not those of root.',
    ({ spec: { securityContext } }) =>
      securityContext?.fsGroup !== 0 && !(securityContext?.supplementalGroups ?? []).includes(0),
  ),
  everyContainer(
    'no-privilege-escalation',
    'No process can gain more privileges than its parent.',
    ({ container }) => container.securityContext?.allowPrivilegeEscalation === false,
  ),
  everyContainer(
    'not-privileged',
    'No container is privileged.',
    ({ container }) => !container.securityContext?.privileged,
  ),
  everyContainer(
    'read-only-root',
    'The root file system is read-only.',
    ({ container }) => container.securityContext?.readOnlyRootFilesystem === true,
  ),
  everyContainer('no-capabilities', 'Every capability is dropped and none is added.', ({ container }) => {
    const { drop = [], add = [] } = container.securityContext?.capabilities ?? {};
    return drop.includes('ALL') && add.length === 0;
  }),
  everyPod(
    'seccomp',
    'System calls are filtered by the profile of the runtime, in every container.',
    ({ spec, containers }) =>
      spec.securityContext?.seccompProfile?.type === 'RuntimeDefault' &&
      containers.every(({ container }) => container.securityContext?.seccompProfile === undefined),
  ),
  everyContainer(
    'default-confinement',
    'No container changes /proc, AppArmor, SELinux or Windows options.',
    ({ container: { securityContext: context } }) =>
      [context?.procMount, context?.appArmorProfile, context?.seLinuxOptions, context?.windowsOptions].every(
        (option) => option === undefined,
      ),
  ),
  everyPod(
    'no-host-namespaces',
    'No Pod is in the network, the processes or the IPC of its node.',
    ({ spec }) => !spec.hostNetwork && !spec.hostPID && !spec.hostIPC,
  ),
  everyPod(
    'restricted-volumes',
    'Volumes are of the kinds that Pod Security restricted allows; none is of the node.',
    ({ spec }) =>
      (spec.volumes ?? []).flatMap((volume) =>
        Object.keys(volume)
          .filter((kind) => !allowedVolumes.includes(kind))
          .map((kind) => `${volume.name}: ${kind}`),
      ),
  ),
  everyContainer('no-host-ports', 'No container takes a port of the node.', ({ container }) =>
    (container.ports ?? []).every(({ hostPort }) => hostPort === undefined),
  ),
  everyPod('no-sysctls', 'No Pod sets kernel parameters.', ({ spec }) => spec.securityContext?.sysctls === undefined),
  everyPod(
    'own-service-account',
    'Every Pod names a ServiceAccount that is there and is not `default`.',
    ({ spec }, set) =>
      spec.serviceAccountName !== 'default' && find(set, 'ServiceAccount', spec.serviceAccountName) !== undefined,
  ),
  everyPod(
    'no-token',
    'No Pod gets a token for the API server.',
    ({ spec }) => spec.automountServiceAccountToken === false,
  ),
  everyObject(
    'account-without-token',
    'A ServiceAccount gives no Pod a token unasked.',
    (object) =>
      object.kind !== 'ServiceAccount' ||
      (object as { automountServiceAccountToken?: boolean }).automountServiceAccountToken === false,
  ),
  everyPod(
    'no-old-account-field',
    'The deprecated field `serviceAccount` is not used.',
    ({ spec }) => spec.serviceAccount === undefined,
  ),
  everyContainer('no-secret-in-environment', 'Secrets are files: none is in the environment.', ({ container }) => [
    ...(container.env ?? [])
      .filter(({ name, valueFrom }) => secretName.test(name) || valueFrom?.secretKeyRef !== undefined)
      .map(({ name }) => name),
    ...(container.envFrom ?? []).flatMap(({ secretRef }) => secretRef?.name ?? []),
  ]),
  everyObject('no-broad-rights', 'No role has a wildcard or reads Secrets.', (object) =>
    ((object as { rules?: Rule[] }).rules ?? []).every(
      ({ verbs = [], resources = [], apiGroups = [] }) =>
        ![...verbs, ...resources, ...apiGroups].includes('*') && !resources.includes('secrets'),
    ),
  ),
  everyObject(
    'restricted-namespace',
    'A Namespace enforces and warns of Pod Security restricted.',
    ({ kind, metadata: { labels = {} } }) =>
      kind !== 'Namespace' ||
      ['enforce', 'warn'].every((mode) => labels[`pod-security.kubernetes.io/${mode}`] === 'restricted'),
  ),
];
