import type { GitConfigEntry } from './config-text.ts';
import { type Lfs, lfsSettings } from './lfs.ts';

export type BaseOptions = {
  allowProtocol: readonly string[];
  cookieFile: boolean;
  lfs: Lfs;
  /** Milliseconds of a pass. */
  timeout: number;
};

/** The path of the cookie file, in a Kubernetes Secret; the same as upstream's. */
export const cookiePath = '/etc/git-secret/cookie_file';

/** The settings of every git, for the private configuration file; the user's come after them. */
export function baseSettings({ allowProtocol, cookieFile, lfs, timeout }: BaseOptions): GitConfigEntry[] {
  return [
    { key: 'gc.autoDetach', value: 'false' },
    { key: 'gc.pruneExpire', value: 'now' },
    { key: 'maintenance.auto', value: 'false' },
    { key: 'core.askPass', value: '' },
    { key: 'core.hooksPath', value: '/dev/null' },
    { key: 'core.fsmonitor', value: 'false' },
    // Without the hooks that a distribution adds to every new repository.
    { key: 'init.templateDir', value: '' },
    // A stalled transfer ends by itself, also when only its git was killed.
    { key: 'http.lowSpeedLimit', value: '1' },
    { key: 'http.lowSpeedTime', value: String(Math.max(1, Math.ceil(timeout / 1000))) },
    { key: 'advice.detachedHead', value: 'false' },
    // Only the listed transports: no ext::, no fd::, no other remote helper.
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
