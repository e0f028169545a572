import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether two secrets are the same. The time shows neither how much of `given` was right nor how long the secret is.
 * Anything that is not text (an absent header, a repeated one) is never the same.
 */
export function isSameSecret(given: unknown, secret: string): boolean {
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(secret));
}

/** The token of `Authorization: Bearer <token>` (RFC 6750); undefined where the header has none. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
