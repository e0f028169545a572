import type { HostPort } from '../../../../store/raw-route.ts';

/** A redirect of a node of a cluster: permanent (`MOVED`), or for this request only (`ASK`). */
export type Redirect = { kind: 'moved' | 'ask'; slot: number; at: HostPort };

/** Maximum number of redirects that one request follows. The next one is its reply. */
export const maxRedirects = 8;

/**
 * The redirect in an error reply without its frame; undefined where it is none. An empty host means the node's own.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redirection-and-resharding
 */
export function parseRedirect(error: string, own: string): Redirect | undefined {
  const [, kind, slot, host = '', port] = /^(MOVED|ASK) (\d{1,5}) (.*):(\d{1,5})$/.exec(error) ?? [];
  if (kind === undefined) return undefined;
  const at = { host: host === '' ? own : host, port: Number(port) };
  return { kind: kind === 'MOVED' ? 'moved' : 'ask', slot: Number(slot), at };
}
