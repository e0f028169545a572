import type { Config } from './config.ts';

/** The Pod, from the Downward API, and its process. */
export type Identity = {
  pod: string | undefined;
  namespace: string | undefined;
  uid: string | undefined;
  node: string | undefined;
  podIp: string | undefined;
  hostIp: string | undefined;
  zone: string | undefined;
  serviceAccount: string | undefined;
  /** The StatefulSet's ordinal. */
  ordinal: number | undefined;
  hostname: string;
  pid: number;
  nodeVersion: string;
  startedAt: string;
};

export type ProcessFacts = { hostname: string; pid: number; nodeVersion: string; startedAt: Date };

/** Gather the identity from the settings that the Downward API fills. */
export function readIdentity(config: Readonly<Config>, facts: ProcessFacts): Identity {
  return {
    pod: config.podName,
    namespace: config.podNamespace,
    uid: config.podUid,
    node: config.nodeName,
    podIp: config.podIp,
    hostIp: config.hostIp,
    zone: config.zone,
    serviceAccount: config.serviceAccount,
    ordinal: config.podIndex ?? parseOrdinal(config.podName),
    hostname: facts.hostname,
    pid: facts.pid,
    nodeVersion: facts.nodeVersion,
    startedAt: facts.startedAt.toISOString(),
  };
}

/** The ordinal at the end of a StatefulSet Pod's name: `app-2` is 2; other names have none. */
export function parseOrdinal(podName: string | undefined): number | undefined {
  const match = /-(\d{1,9})$/.exec(podName ?? '');
  return match ? Number(match[1]) : undefined;
}
