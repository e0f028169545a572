import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { describeError, getErrorCode, PodkitError } from '@podkit/chassis/errors';

/**
 * Host and port of `host:port`, `:port`, `port` or `[::1]:port`.
 *
 * @throws {PodkitError} ERR_ADDRESS
 */
export function parseAddress(text: string): { host: string | undefined; port: number } {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535)
    throw new PodkitError('ERR_ADDRESS', `"${text}" is not an address such as :9125 or 127.0.0.1:9125`);
  return { host: match[1] || match[2] || undefined, port };
}

/** The error of an address that can't be used. */
export const cannotListen = (what: string, cause: unknown) =>
  new PodkitError('ERR_LISTEN', `statsd: cannot listen on ${what}: ${describeError(cause)}`, { cause });

/** A bound socket; `port` is the one that the system chose for 0. */
export type Bound = { readonly port: number };

/**
 * Bind an address of `parseAddress`: without a host one socket for all addresses of the machine, for `localhost` both
 * loopbacks, for another name all of its addresses. A missing address family is skipped if another can be bound.
 *
 * @throws the error of `bind`
 */
export async function bindEach<Socket extends Bound>(
  { host, port }: { host: string | undefined; port: number },
  bind: (host: string | undefined, port: number) => Promise<Socket>,
  close: (socket: Socket) => Promise<void>,
): Promise<Socket[]> {
  const bound: Socket[] = [];
  let missing: unknown;
  try {
    for (const address of await addresses(host)) {
      const socket = await bind(address, bound[0]?.port ?? port).catch((error: unknown) => {
        if (!familyErrors.has(getErrorCode(error) ?? '')) throw error;
        missing = error;
      });
      if (socket) bound.push(socket);
    }
    if (bound.length === 0) throw missing;
    return bound;
  } catch (error) {
    await Promise.all(bound.map(close));
    throw error;
  }
}

/** The errors of a system without IPv6, or without IPv4. */
const familyErrors = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

async function addresses(host: string | undefined): Promise<(string | undefined)[]> {
  if (host === undefined || isIP(host) !== 0) return [host];
  // https://www.rfc-editor.org/rfc/rfc6761#section-6.3, even if /etc/hosts has another address.
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
