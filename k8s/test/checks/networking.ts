import type { V1NetworkPolicyPort } from '@kubernetes/client-node';
import { selects } from '../manifests/manifest.ts';
import type { PodEntry } from '../manifests/manifest-set.ts';
import { type Check, every } from './check.ts';
import { listPorts, selectPods, serviceHas } from './ports.ts';

const isOpen = (pods: PodEntry[], { port }: V1NetworkPolicyPort) =>
  port === undefined ||
  pods.some((pod) => listPorts(pod).some(({ name, containerPort }) => [name, containerPort].includes(port)));

/** Checks that every named port exists. */
export const networking: Check[] = [
  every(
    ['NetworkPolicy'],
    'network-policy-ports',
    'A NetworkPolicy allows ingress only to ports that its Pods have.',
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
    'A NetworkPolicy names ports by number, because some network plugins miss named ports of native sidecars.',
    ({ spec }) =>
      [...(spec.ingress ?? []), ...(spec.egress ?? [])]
        .flatMap(({ ports = [] }) => ports)
        .filter(({ port }) => typeof port === 'string')
        .map(({ port }) => String(port)),
  ),
  every(
    ['NetworkPolicy'],
    'network-policy-peers',
    'A NetworkPolicy allows egress only to ports that Pods of the namespace have.',
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
  every(['Service'], 'service-ports', 'Every port of a Service targets a port of its Pods by name.', (service, set) =>
    (service.spec.ports ?? [])
      .filter(
        ({ targetPort }) =>
          !selectPods(set, service).every((pod) => listPorts(pod).some(({ name }) => name === targetPort)),
      )
      .map(({ targetPort }) => String(targetPort)),
  ),
  every(['Ingress'], 'ingress-target', 'An Ingress targets an existing port of a Service.', ({ spec }, set) =>
    (spec.rules ?? [])
      .flatMap(({ http }) => http?.paths ?? [])
      .filter(
        ({ backend: { service } }) => !serviceHas(set, service?.name, service?.port?.name ?? service?.port?.number),
      )
      .map(({ backend }) => String(backend.service?.name)),
  ),
  every(['HTTPRoute'], 'route-target', 'An HTTPRoute targets an existing port of a Service.', ({ spec }, set) =>
    spec.rules
      .flatMap(({ backendRefs }) => backendRefs)
      .filter(({ name, port }) => !serviceHas(set, name, port))
      .map(({ name, port }) => `${name}:${port}`),
  ),
  every(['PodMonitor'], 'monitor-target', 'A PodMonitor scrapes a port that its Pods have.', ({ spec }, set) => {
    const pods = set.pods.filter(({ labels }) => selects(spec.selector, labels));
    return spec.podMetricsEndpoints.map(({ port }) => port).filter((port) => !isOpen(pods, { port }));
  }),
];
