import { decodePercent } from '../decode-percent.ts';

/**
 * The path inside the site for a URL's path (`/docs/a%20b.html` gives `docs/a b.html`), or undefined if it must not be
 * served: dotfiles (a worktree has a `.git` file), `..`, backslashes, NUL, and what is not valid UTF-8.
 */
export function sitePath(urlPath: string): string | undefined {
  const decoded = decodePercent(urlPath);
  if (decoded === undefined || /[\0\\]/.test(decoded)) return undefined;
  const segments = decoded.split('/').filter((segment) => segment !== '');
  if (isHidden(segments)) return undefined;
  return segments.join('/') + (decoded.endsWith('/') && segments.length > 0 ? '/' : '');
}

/** Whether a path leads to a dotfile. `/.well-known/` (RFC 8615) does not count as one. */
export function isHidden(segments: readonly string[]): boolean {
  return segments.some((segment, index) => segment.startsWith('.') && !(index === 0 && segment === '.well-known'));
}
