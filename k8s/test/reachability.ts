import { BlockList } from 'node:net';
import type { V1NetworkPolicyPeer, V1NetworkPolicyPort } from '@kubernetes/client-node';
import { selects } from './manifests/manifest.ts';
import { all, type ManifestSet } from './manifests/manifest-set.ts';

/** One end of a connection: a Pod with its namespace and labels, or an address outside the cluster. */
export type End = { namespace: string; labels: Record<string, string> } | { address: string };
export type Port = { port: number; protocol?: string };

type Direction = 'Ingress' | 'Egress';

/**
 * Whether NetworkPolicies allow a connection, as the API defines it. If no policy selects a Pod for a direction, everything is allowed.
 * Otherwise a rule of one of these policies must allow it. Both ends must allow the connection.
 */
export const isReachable = (set: ManifestSet, from: End, to: End, port: Port): boolean =>
  allows(set, 'Egress', from, to, port) && allows(set, 'Ingress', to, from, port);

function allows(set: ManifestSet, direction: Direction, own: End, other: End, port: Port): boolean {
  if ('address' in own) return true;
  const policies = all(set, 'NetworkPolicy').filter(
    ({ metadata, spec }) =>
      metadata.namespace === own.namespace &&
      selects(spec.podSelector, own.labels) &&
      (spec.policyTypes ?? ['Ingress']).includes(direction),
  );
  if (policies.length === 0) return true;
  const rules = policies.flatMap(({ metadata, spec }) =>
    direction === 'Egress'
      ? (spec.egress ?? []).map(({ to, ports }) => ({ namespace: metadata.namespace, peers: to, ports }))
      : (spec.ingress ?? []).map(({ from, ports }) => ({ namespace: metadata.namespace, peers: from, ports })),
  );
  return rules.some(
    ({ namespace = '', peers = [], ports = [] }) =>
      (peers.length === 0 || peers.some((peer) => isPeer(peer, namespace, other))) &&
      (ports.length === 0 || ports.some((allowed) => isPort(allowed, port))),
  );
}

function isPeer(
  { ipBlock, namespaceSelector, podSelector }: V1NetworkPolicyPeer,
  namespace: string,
  end: End,
): boolean {
  if ('address' in end) return ipBlock !== undefined && isWithin(end.address, ipBlock.cidr, ipBlock.except);
  if (ipBlock !== undefined) return false;
  const isNamespace =
    namespaceSelector === undefined
      ? end.namespace === namespace
      : selects(namespaceSelector, { 'kubernetes.io/metadata.name': end.namespace });
  return isNamespace && (podSelector === undefined || selects(podSelector, end.labels));
}

const isWithin = (address: string, cidr: string, except: string[] = []): boolean =>
  createBlockList([cidr]).check(address) && !createBlockList(except).check(address);

function createBlockList(ranges: string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', bits = '32'] = range.split('/');
    list.addSubnet(net, Number(bits));
  }
  return list;
}

const isPort = ({ port, endPort, protocol = 'TCP' }: V1NetworkPolicyPort, asked: Port): boolean =>
  protocol === (asked.protocol ?? 'TCP') &&
  (port === undefined || (asked.port >= Number(port) && asked.port <= Number(endPort ?? port)));
