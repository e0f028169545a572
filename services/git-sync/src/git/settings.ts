import type { GitConfigEntry } from '../options/git-config-list.ts';
import { type Lfs, lfsSettings } from './lfs.ts';

export type BaseOptions = { allowProtocol: readonly string[]; cookieFile: boolean; lfs: Lfs };

/** Where a Kubernetes Secret with a cookie file is expected, as upstream fixes it. */
export const cookiePath = '/etc/git-secret/cookie_file';

/** The settings every git runs with, written to the private configuration file; the user's come after them. */
export function baseSettings({ allowProtocol, cookieFile, lfs }: BaseOptions): GitConfigEntry[] {
  return [
    { key: 'gc.autoDetach', value: 'false' },
    { key: 'gc.pruneExpire', value: 'now' },
    { key: 'maintenance.auto', value: 'false' },
    { key: 'core.askPass', value: '' },
    { key: 'core.hooksPath', value: '/dev/null' },
    { key: 'core.fsmonitor', value: 'false' },
    { key: 'advice.detachedHead', value: 'false' },
    // Nothing but these transports: no ext::, no fd::, no remote helper that happens to be installed.
    { key: 'protocol.allow', value: 'never' },
    ...allowProtocol.map((name) => ({
      key: `protocol.${name}.allow`,
      // `user` keeps a repository's submodules from reading the local disk (CVE-2022-39253).
      value: name === 'file' ? 'user' : 'always',
    })),
    ...(cookieFile ? [{ key: 'http.cookiefile', value: cookiePath }] : []),
    ...(lfs === 'on' ? lfsSettings : []),
  ];
}
