import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may come in. Without a password everyone may, as with a Redis without `requirepass`. */
export type Credentials = { username: string; password: () => string | undefined };

/** True where the two words open the door. The time it takes says nothing about how near they are. */
export function accepts({ username, password }: Credentials, user: string, word: string): boolean {
  const secret = password();
  if (secret === undefined) return user === username;
  const right = same(word, secret);
  return same(user, username) && right;
}

const digest = (text: string) => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
