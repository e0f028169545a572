import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an Authorization header carries this bearer token, in a time that does not tell how much of it was right. */
export function hasBearer(authorization: string | undefined, token: string): boolean {
  const given = /^bearer (.+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
