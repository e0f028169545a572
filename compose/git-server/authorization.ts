import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Whether HTTP Basic credentials (RFC 7617) carry the password, whatever the user name; without a password nobody may push. */
export function isPushAllowed(header: string | undefined, password: string | undefined): boolean {
  if (password === undefined || header === undefined || !header.toLowerCase().startsWith('basic ')) return false;
  const credentials = Buffer.from(header.slice('basic '.length), 'base64').toString('utf8');
  const given = credentials.slice(credentials.indexOf(':') + 1);
  return timingSafeEqual(digest(given), digest(password));
}
