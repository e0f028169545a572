import type { V1Probe } from '@kubernetes/client-node';
import type { ContainerEntry } from '../manifests/manifest-set.ts';
import { type Check, everyContainer } from './check.ts';
import { findService } from './container-config.ts';

const kinds = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
type ProbeKind = (typeof kinds)[number];

const listProbes = ({ container }: ContainerEntry): [ProbeKind, V1Probe][] =>
  kinds.flatMap((kind): [ProbeKind, V1Probe][] => (container[kind] === undefined ? [] : [[kind, container[kind]]]));

/** The endpoints of our services for each probe. git-sync's `/` is readiness, as upstream's is. */
const paths: Record<ProbeKind, string[]> = {
  startupProbe: ['/startupz', '/healthz'],
  livenessProbe: ['/livez'],
  readinessProbe: ['/readyz', '/healthz', '/'],
};

/** Checks of probes, also those of native sidecars. */
export const probes: Check[] = [
  everyContainer(
    'all-probes',
    'Every container that keeps running has a startup, a liveness and a readiness probe; other linters skip sidecars.',
    (entry) => !entry.endless || listProbes(entry).length === kinds.length,
  ),
  everyContainer('probe-ports', 'A probe uses the name of a port of its container.', (entry) => {
    const names = (entry.container.ports ?? []).map(({ name }) => name);
    return listProbes(entry).flatMap(([kind, { httpGet, tcpSocket }]) => {
      const port = httpGet?.port ?? tcpSocket?.port;
      return port === undefined || names.includes(String(port)) ? [] : [`${kind}: ${port}`];
    });
  }),
  everyContainer('probe-paths', 'A probe of our services uses the endpoint for its kind.', (entry) => {
    if (findService(entry.container) === undefined) return true;
    return listProbes(entry).flatMap(([kind, { httpGet }]) =>
      httpGet === undefined || paths[kind].includes(httpGet.path ?? '') ? [] : [`${kind}: ${httpGet.path}`],
    );
  }),
];
