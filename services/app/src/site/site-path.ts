/**
 * The path inside the site of a URL's path (`/docs/a%20b.html` gives `docs/a b.html`), or undefined where it must not be
 * served: dotfiles (a worktree has a `.git` file), `..`, backslashes, NUL, and what is not valid UTF-8.
 */
export function sitePath(urlPath: string): string | undefined {
  const decoded = decode(urlPath);
  if (decoded === undefined || /[\0\\]/.test(decoded)) return undefined;
  const segments = decoded.split('/').filter((segment) => segment !== '');
  if (segments.some((segment) => segment.startsWith('.'))) return undefined;
  return segments.join('/') + (decoded.endsWith('/') && segments.length > 0 ? '/' : '');
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
