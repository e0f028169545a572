import { isSameSecret } from '@podkit/chassis/http/token';

/** The user name and password of clients. Without a password every client is let in, as with a Redis without `requirepass`. */
export type Credentials = { username: string; password: () => string | undefined };

/** Whether a user name and password are right. */
export function accepts({ username, password }: Credentials, user: string, word: string): boolean {
  const secret = password();
  if (secret === undefined) return user === username;
  const isRight = isSameSecret(word, secret);
  return isSameSecret(user, username) && isRight;
}
