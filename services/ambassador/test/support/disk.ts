import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A folder on a disk that can be full. `fill` leaves so many bytes, or none; `empty` takes its ballast away again. */
export type Disk = { path: string; fill(leaving?: number): void; empty(): void; remove(): void };

/**
 * Root gets a small filesystem of its own, filled to the last byte: writes fail with ENOSPC. Anybody else has the size
 * of files limited for the process (RLIMIT_FSIZE): writes fail with EFBIG.
 */
export function makeDisk(folder: string, pid: () => number | undefined): Disk {
  const path = join(folder, 'journal');
  mkdirSync(path);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', path]).status === 0;
  return mounted ? smallDisk(path) : limitedDisk(path, pid);
}

function smallDisk(path: string): Disk {
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: (leaving = 0) => {
      const file = openSync(ballast, 'w');
      const size = (bytes: number) => {
        try {
          while (writeSync(file, Buffer.alloc(bytes)) > 0);
        } catch {
          // Full, for pieces of this size.
        }
      };
      for (const bytes of [1 << 20, 4096, 1]) size(bytes);
      ftruncateSync(file, fstatSync(file).size - leaving);
      closeSync(file);
    },
    empty: () => rmSync(ballast, { force: true }),
    remove: () => void spawnSync('umount', ['--lazy', path]),
  };
}

function limitedDisk(path: string, pid: () => number | undefined): Disk {
  const limit = (size: string) => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid()), `--fsize=${size}`]);
    if (status !== 0) throw new Error(`prlimit failed: ${String(stderr)}`);
  };
  return {
    path,
    fill: (leaving = 0) => limit(`${leaving}:`),
    empty: () => limit('unlimited:'),
    remove: () => undefined,
  };
}
