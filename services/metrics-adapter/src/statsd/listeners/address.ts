import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { getErrorCode, PodkitError } from '@podkit/chassis/errors';

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

/** Something bound to an address; `port` is the one that the system chose where 0 was asked for. */
export type Bound = { readonly port: number };

/**
 * Bind an address as `parseAddress` gives it: one socket for all addresses of the machine where there is no host, both
 * loopbacks for `localhost`, and all addresses of any other name. An address family that the machine doesn't have is
 * left out while another can be bound.
 *
 * @throws what `bind` says
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

/** What the system says where it has no IPv6, or no IPv4. */
const familyErrors = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

async function addresses(host: string | undefined): Promise<(string | undefined)[]> {
  if (host === undefined || isIP(host) !== 0) return [host];
  // https://www.rfc-editor.org/rfc/rfc6761#section-6.3, whatever /etc/hosts has.
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
