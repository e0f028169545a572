import { FetchError } from './errors.ts';

/** What a redirect can change of a request. */
export type Hop = { url: string; headers: Readonly<Record<string, string>>; body?: string | undefined };

/** Redirects that are followed one after another, as many as Go's client, which Prometheus' tools use, follows. */
export const mostRedirects = 10;

const redirects = new Set([301, 302, 303, 307, 308]);

export const isRedirect = (status: number): boolean => redirects.has(status);

/**
 * The request that a redirect asks for. Another origin gets none of the configured headers, and a body only goes on where
 * the status says so: https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 *
 * @param allows whether an address may be fetched
 * @throws {FetchError} redirect
 */
export function redirected(hop: Hop, status: number, location: unknown, allows: (url: URL) => boolean): Hop {
  const from = new URL(hop.url);
  if (typeof location !== 'string' || !URL.canParse(location, hop.url))
    throw new FetchError('redirect', `status ${status} without a location that is a URL`);
  const to = new URL(location, from);
  if (!/^https?:$/.test(to.protocol) || !allows(to))
    throw new FetchError('redirect', `redirected to ${to.origin}, which is not allowed`);
  const keepsBody = status === 307 || status === 308;
  return {
    url: to.href,
    headers: to.origin === from.origin ? hop.headers : {},
    ...(keepsBody && to.origin === from.origin ? { body: hop.body } : {}),
  };
}
