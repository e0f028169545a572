import type { SrvRecord } from 'node:dns';
import { getErrorCode } from '@podkit/chassis/errors';
import { withTimeout } from '@podkit/chassis/process/timeout';

/** Another Pod of the headless service. `ordinal` is there for Pods of a StatefulSet. */
export type Peer = { name: string; port: number; ordinal: number | undefined };
export type PeerLookup = () => Promise<Peer[]>;

/**
 * Find the Pods of a headless service by its SRV records, ordered by ordinal, then name. No record is no peer; an
 * answer that does not come within `timeout` milliseconds is a TimeoutError.
 * Source: https://github.com/kubernetes/dns/blob/master/docs/specification.md
 */
export function createPeerLookup(
  service: string,
  resolve: (name: string) => Promise<SrvRecord[]>,
  { timeout = 2000 }: { timeout?: number } = {},
): PeerLookup {
  return async () => {
    try {
      const records = await withTimeout(`the lookup of ${service}`, timeout, () => resolve(service));
      return records.map(toPeer).sort(byOrdinal);
    } catch (error) {
      if (nobody.has(getErrorCode(error) ?? '')) return [];
      throw error;
    }
  };
}

const nobody = new Set(['ENOTFOUND', 'ENODATA']);

function toPeer({ name, port }: SrvRecord): Peer {
  const ordinal = /^[^.]*-(\d+)(?:\.|$)/.exec(name)?.[1];
  return { name, port, ordinal: ordinal === undefined ? undefined : Number(ordinal) };
}

function byOrdinal(a: Peer, b: Peer): number {
  return (a.ordinal ?? Infinity) - (b.ordinal ?? Infinity) || (a.name < b.name ? -1 : 1);
}
