import { PodkitError } from '@podkit/chassis/errors';

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
