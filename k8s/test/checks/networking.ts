import type { V1NetworkPolicyPort } from '@kubernetes/client-node';
import { selects } from '../manifests/manifest.ts';
import { all, type ManifestSet, type PodEntry } from '../manifests/manifest-set.ts';
import { type Check, every, everyContainer, everyPod } from './check.ts';
import { podsOf, portsOf, serviceHas } from './ports.ts';

const policiesOf = (set: ManifestSet, { labels }: PodEntry) =>
  all(set, 'NetworkPolicy').filter(({ spec }) => selects(spec.podSelector, labels));

const isOpen = (pods: PodEntry[], { port }: V1NetworkPolicyPort) =>
  port === undefined ||
  pods.some((pod) => portsOf(pod).some(({ name, containerPort }) => [name, containerPort].includes(port)));

/** Who can be reached, and by whom. */
export const networking: Check[] = [
  everyPod(
    'network-policy',
    'A NetworkPolicy selects every Pod, for what comes in and for what goes out.',
    (pod, set) =>
      ['Ingress', 'Egress'].every((way) =>
        policiesOf(set, pod).some(({ spec }) => (spec.policyTypes ?? ['Ingress']).includes(way)),
      ),
  ),
  every(['NetworkPolicy'], 'network-policy-used', 'Every NetworkPolicy selects a Pod.', ({ spec }, set) =>
    set.pods.some(({ labels }) => selects(spec.podSelector, labels)),
  ),
  every(
    ['NetworkPolicy'],
    'network-policy-ports',
    'A NetworkPolicy lets in through ports that its Pods have.',
    ({ spec }, set) => {
      const pods = set.pods.filter(({ labels }) => selects(spec.podSelector, labels));
      return (spec.ingress ?? [])
        .flatMap(({ ports = [] }) => ports)
        .filter((port) => !isOpen(pods, port))
        .map(({ port }) => String(port));
    },
  ),
  every(
    ['NetworkPolicy'],
    'network-policy-numbers',
    'A NetworkPolicy names ports by number: not every network plugin finds a named port of a native sidecar.',
    ({ spec }) =>
      [...(spec.ingress ?? []), ...(spec.egress ?? [])]
        .flatMap(({ ports = [] }) => ports)
        .filter(({ port }) => typeof port === 'string')
        .map(({ port }) => String(port)),
  ),
  every(
    ['NetworkPolicy'],
    'network-policy-peers',
    'What a Pod may reach in its own namespace is there, and lets it in.',
    ({ spec }, set) =>
      (spec.egress ?? []).flatMap(({ to = [], ports = [] }) =>
        to
          .filter(({ podSelector, namespaceSelector }) => podSelector !== undefined && namespaceSelector === undefined)
          .flatMap(({ podSelector }) => {
            const peers = set.pods.filter(({ labels }) => selects(podSelector, labels));
            return ports.filter((port) => !isOpen(peers, port)).map(({ port }) => String(port));
          }),
      ),
  ),
  every(
    ['Service'],
    'service-selects',
    'Every Service selects a Pod that is there, or is a name for something outside.',
    (service, set) =>
      service.spec.type === 'ExternalName' ? service.spec.externalName !== undefined : podsOf(set, service).length > 0,
  ),
  every(
    ['Service'],
    'service-ports',
    'Every port of a Service leads, by name, to one that its Pods have.',
    (service, set) =>
      (service.spec.ports ?? [])
        .filter(
          ({ targetPort }) =>
            !podsOf(set, service).every((pod) => portsOf(pod).some(({ name }) => name === targetPort)),
        )
        .map(({ targetPort }) => String(targetPort)),
  ),
  every(['Service'], 'no-node-port', 'No Service opens a port of every node.', ({ spec }) => spec.type !== 'NodePort'),
  every(
    ['Service'],
    'no-direct-exposure',
    'No Service asks for a load balancer or for addresses outside; an Ingress or a Gateway is the way in.',
    ({ spec }) => spec.type !== 'LoadBalancer' && spec.externalIPs === undefined,
  ),
  every(
    ['StatefulSet'],
    'headless-service',
    'A StatefulSet names a headless Service that selects its Pods.',
    ({ spec }, set) => {
      const service = all(set, 'Service').find(({ metadata }) => metadata.name === spec.serviceName);
      return (
        service?.spec.clusterIP === 'None' &&
        selects({ matchLabels: service.spec.selector ?? {} }, spec.template.metadata?.labels ?? {})
      );
    },
  ),
  every(['Ingress'], 'ingress-target', 'An Ingress leads to a port of a Service that is there.', ({ spec }, set) =>
    (spec.rules ?? [])
      .flatMap(({ http }) => http?.paths ?? [])
      .filter(
        ({ backend: { service } }) => !serviceHas(set, service?.name, service?.port?.name ?? service?.port?.number),
      )
      .map(({ backend }) => String(backend.service?.name)),
  ),
  every(['HTTPRoute'], 'route-target', 'A route leads to a port of a Service that is there.', ({ spec }, set) =>
    spec.rules
      .flatMap(({ backendRefs }) => backendRefs)
      .filter(({ name, port }) => !serviceHas(set, name, port))
      .map(({ name, port }) => `${name}:${port}`),
  ),
  every(['PodMonitor'], 'monitor-target', 'What Prometheus scrapes is a port that the Pods have.', ({ spec }, set) => {
    const pods = set.pods.filter(({ labels }) => selects(spec.selector, labels));
    return spec.podMetricsEndpoints.map(({ port }) => port).filter((port) => !isOpen(pods, { port }));
  }),
  everyContainer('unprivileged-ports', 'No port is below 1024.', ({ container }) =>
    (container.ports ?? []).every(({ containerPort }) => containerPort >= 1024),
  ),
  everyPod('unique-ports', 'Every port has a name, and no two in a Pod share name or number.', (pod) => {
    const ports = portsOf(pod);
    const names = new Set(ports.map(({ name }) => name));
    const numbers = new Set(ports.map(({ containerPort, protocol = 'TCP' }) => `${containerPort}/${protocol}`));
    return names.size === ports.length && numbers.size === ports.length && !names.has(undefined);
  }),
];
