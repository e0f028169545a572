import { FetchError } from './errors.ts';

/** The parts of a request that a redirect can change. */
export type Hop = { url: string; headers: Readonly<Record<string, string>>; body?: string | undefined };

/** Redirects that are followed in a row; as many as Go's client follows, which Prometheus uses. */
export const maxRedirects = 10;

const redirects = new Set([301, 302, 303, 307, 308]);

export const isRedirect = (status: number): boolean => redirects.has(status);

/**
 * The request that a redirect asks for. Another origin gets no configured header and no body. The body is repeated for
 * the statuses 307 and 308 only: https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 *
 * @param allows whether a URL may be fetched
 * @throws {FetchError} redirect
 */
export function followRedirect(hop: Hop, status: number, location: unknown, allows: (url: URL) => boolean): Hop {
  const from = new URL(hop.url);
  if (typeof location !== 'string' || !URL.canParse(location, hop.url))
    throw new FetchError('redirect', `status ${status} has no header Location with a URL`);
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
