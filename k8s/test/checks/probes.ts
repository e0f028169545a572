import type { V1Probe } from '@kubernetes/client-node';
import type { ContainerEntry } from '../manifests/manifest-set.ts';
import { type Check, everyContainer } from './check.ts';
import { partsOf } from './images.ts';

const kinds = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
type ProbeKind = (typeof kinds)[number];

const has = (kind: ProbeKind, code: string, says: string): Check =>
  everyContainer(code, says, ({ container, endless }) => !endless || container[kind] !== undefined);

/** What a probe does, without when. */
const handlerOf = ({ exec, grpc, httpGet, tcpSocket }: V1Probe = {}) =>
  JSON.stringify({ exec, grpc, httpGet, tcpSocket });

const probesOf = ({ container }: ContainerEntry): [ProbeKind, V1Probe][] =>
  kinds.flatMap((kind): [ProbeKind, V1Probe][] => (container[kind] === undefined ? [] : [[kind, container[kind]]]));

/** What services of ours answer to which probe; git-sync's `/` is readiness, as upstream's is. */
const paths: Record<ProbeKind, string[]> = {
  startupProbe: ['/startupz', '/healthz'],
  livenessProbe: ['/livez'],
  readinessProbe: ['/readyz', '/healthz', '/'],
};

/** How the kubelet finds out what a container is up to. Native sidecars are asked too. */
export const probes: Check[] = [
  has('startupProbe', 'startup-probe', 'Every container that keeps running has a startup probe.'),
  has('livenessProbe', 'liveness-probe', 'Every container that keeps running has a liveness probe.'),
  has('readinessProbe', 'readiness-probe', 'Every container that keeps running has a readiness probe.'),
  everyContainer(
    'no-probes-on-init',
    'An init container that ends has no probes: its exit code says all.',
    (entry) => entry.endless || probesOf(entry).length === 0,
  ),
  everyContainer(
    'liveness-not-readiness',
    'Liveness asks for something else than readiness: what is busy must not be killed.',
    ({ container: { livenessProbe, readinessProbe } }) =>
      livenessProbe === undefined || handlerOf(livenessProbe) !== handlerOf(readinessProbe),
  ),
  everyContainer('probe-ports', 'A probe names a port that the container has, by its name.', (entry) => {
    const names = (entry.container.ports ?? []).map(({ name }) => name);
    return probesOf(entry).flatMap(([kind, { httpGet, tcpSocket }]) => {
      const port = httpGet?.port ?? tcpSocket?.port;
      return port === undefined || names.includes(String(port)) ? [] : [`${kind}: ${port}`];
    });
  }),
  everyContainer('probe-paths', 'A probe of a service of ours asks the endpoint that is meant for it.', (entry) => {
    if (!partsOf(entry.container.image).name.startsWith('podkit.local/')) return true;
    return probesOf(entry).flatMap(([kind, { httpGet }]) =>
      httpGet === undefined || paths[kind].includes(httpGet.path ?? '') ? [] : [`${kind}: ${httpGet.path}`],
    );
  }),
  everyContainer('probe-times', 'A liveness or readiness probe times out before it is due again.', ({ container }) =>
    ([container.livenessProbe, container.readinessProbe] as (V1Probe | undefined)[]).every(
      (probe) => (probe?.timeoutSeconds ?? 1) <= Math.max(probe?.periodSeconds ?? 10, 3),
    ),
  ),
];
