import { PodkitError } from '@podkit/chassis/errors';

/** The parts of a repository's address, as Go's `net/url` gives them. */
export type Address = {
  /** The address without its secrets: for http(s) the user name and the password, for others the password. */
  bare: string;
  /** Such as `https`; undefined for paths and scp-like addresses, which contain no secret. */
  scheme?: string;
  /** As it is written, with its port. */
  host?: string;
  /** Decoded; undefined where there is none. */
  username?: string;
  password?: string;
};

/**
 * Parse an address. The user name and password end at the last `@` before the path. An invalid escape in them is kept
 * as it is, as git does; Go refuses it.
 *
 * @throws {PodkitError} ERR_ADDRESS when an http(s) address has no valid host; its message never contains the address
 */
export function parseAddress(text: string): Address {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (scheme === '') return { bare: text };
  const isHttp = isHttpScheme(scheme);
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (isHttp && !/^([^\s:@[\]]+|\[[0-9a-f:.%]+\])(:\d*)?$/i.test(host))
    throw new PodkitError(
      'ERR_ADDRESS',
      'no valid host; in a user name or password write `/` as %2F, `?` as %3F and `#` as %23',
    );
  const address = { scheme: scheme.toLowerCase(), host };
  if (at === -1) return { ...address, bare: `${address.scheme}://${host}${rest}` };
  const [name = '', ...secret] = authority.slice(0, at).split(':');
  return {
    ...address,
    bare: `${address.scheme}://${isHttp || name === '' ? '' : `${name}@`}${host}${rest}`,
    username: decode(name),
    ...(secret.length === 0 ? {} : { password: decode(secret.join(':')) }),
  };
}

/** The address without its secrets, for logs; `[hidden]` when it is invalid. */
export function showAddress(text: string): string {
  try {
    return parseAddress(text).bare;
  } catch {
    return '[hidden]';
  }
}

export function isHttpAddress({ scheme }: Address): boolean {
  return scheme !== undefined && isHttpScheme(scheme);
}

function isHttpScheme(scheme: string): boolean {
  return /^https?$/i.test(scheme);
}

/** Decode `%XX`; an invalid escape is kept. */
function decode(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})|[^%]+|%/gi, (part, hex: string | undefined) =>
    hex === undefined ? Buffer.from(part).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
