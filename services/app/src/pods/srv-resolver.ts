import { Resolver, type SrvRecord } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';

/** Finds the Pods of a headless service, and the address of one by its stable name. */
export type PodResolver = {
  /** Host and port of each SRV record; empty if the name does not exist (yet). Rejects if DNS does not answer. */
  pods(service: string): Promise<{ host: string; port: number }[]>;
  lookup: LookupFunction;
};

/** DNS has no address for the name. */
export const noAddress = (host: string): PodkitError => new PodkitError('ERR_NO_ADDRESS', `no address of ${host}`);

/**
 * Resolves by DNS, as Kubernetes publishes a headless service:
 * https://github.com/kubernetes/dns/blob/master/docs/specification.md. It asks the server directly, since `dns.lookup`
 * shares the thread pool with the file system.
 */
export function dnsResolver({ server }: { server?: string | undefined } = {}): PodResolver {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  if (server !== undefined) resolver.setServers([server]);
  const resolveSrv = promisify<string, SrvRecord[]>((name, callback) => resolver.resolveSrv(name, callback));
  return {
    pods: async (service) => {
      try {
        return (await resolveSrv(service)).map(({ name, port }) => ({ host: name, port }));
      } catch (error) {
        if (['ENOTFOUND', 'ENODATA'].includes(getErrorCode(error) ?? '')) return [];
        throw error;
      }
    },
    lookup: (hostname, options, callback) => {
      const answer = (family: 4 | 6) => (error: NodeJS.ErrnoException | null, addresses: string[]) => {
        const [first] = error === null ? addresses : [];
        if (first === undefined && family === 4) resolver.resolve6(hostname, answer(6));
        else if (first === undefined) callback(error ?? noAddress(hostname), '', family);
        else if (options.all === true)
          callback(
            null,
            addresses.map((address) => ({ address, family })),
          );
        else callback(null, first, family);
      };
      resolver.resolve4(hostname, answer(4));
    },
  };
}
