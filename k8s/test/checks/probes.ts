import type { V1Probe } from '@kubernetes/client-node';
import type { ContainerEntry } from '../manifests/manifest-set.ts';
import { type Check, everyContainer } from './check.ts';
import { serviceOf } from './container-config.ts';

const kinds = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
type ProbeKind = (typeof kinds)[number];

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
  everyContainer(
    'all-probes',
    'Every container that keeps running has a startup, a liveness and a readiness probe; other linters skip sidecars.',
    (entry) => !entry.endless || probesOf(entry).length === kinds.length,
  ),
  everyContainer('probe-ports', 'A probe names a port that the container has, by its name.', (entry) => {
    const names = (entry.container.ports ?? []).map(({ name }) => name);
    return probesOf(entry).flatMap(([kind, { httpGet, tcpSocket }]) => {
      const port = httpGet?.port ?? tcpSocket?.port;
      return port === undefined || names.includes(String(port)) ? [] : [`${kind}: ${port}`];
    });
  }),
  everyContainer('probe-paths', 'A probe of a service of ours asks the endpoint that is meant for it.', (entry) => {
    if (serviceOf(entry.container) === undefined) return true;
    return probesOf(entry).flatMap(([kind, { httpGet }]) =>
      httpGet === undefined || paths[kind].includes(httpGet.path ?? '') ? [] : [`${kind}: ${httpGet.path}`],
    );
  }),
];
