import { join } from 'node:path';
import { localImage } from '../../tools/image-set.ts';
import { type Case, expect } from '../case.ts';
import { attempt } from '../run.ts';
import { hardened, openShift } from './git-sync-image.ts';

const root = join(import.meta.dirname, '..', '..');
const preload = join(root, 'services', 'git-sync', 'test', 'fixtures', 'kill-at.ts');
const programs = join(root, 'e2e', 'git-sync-crash');

/** The sweep runs inside one hardened container: a container for each step would take an hour. */
export function gitSyncCrashCase(): Case {
  return {
    name: 'image git-sync: survives SIGKILL at every step of a first pass and of an update',
    run: async () => {
      const mounts = ['-v', `${programs}:/sweep:ro`, '-v', `${preload}:/kill-at.ts:ro`];
      const volumes = ['--tmpfs=/w:mode=1777', ...mounts, '-e', 'CRASH_STRIDE'];
      const container = [...hardened, ...volumes, `--user=${openShift}:0`, '--entrypoint=/usr/bin/tini'];
      const command = [localImage('git-sync'), '--', 'node', '/sweep/sweep.ts'];
      const { code, output } = await attempt('docker', ['run', '--rm', ...container, ...command], {
        timeout: 1_800_000,
      });
      expect(code === 0, output);
      return output.trim();
    },
  };
}
