import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readlinkSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { gitIn, Remote } from './fixtures/remote.ts';
import { publishedHash, read, startGitSync } from './fixtures/run.ts';

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

/** A small disk of its own. */
function smallDisk(megabytes: number): string {
  const path = tempDir();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', path]));
  return path;
}

test.runIf(canMount)(
  'serves what it has while the disk is full, and goes on by itself once there is space',
  async () => {
    const remote = await Remote.create();
    const disk = smallDisk(6);
    const root = join(disk, 'root');
    const filler = join(disk, 'filler');
    const flags = ['--ref=main', `--root=${root}`, '--link=x', '--period=30ms', '--max-failures=-1', '-v=5'];
    const service = startGitSync([`--repo=file://${remote.path}`, ...flags]);
    await waitFor('the first commit', () => publishedHash(join(root, 'x')) === remote.head());
    const first = readlinkSync(join(root, 'x'));

    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 200_000));
    writeFileSync(join(remote.path, 'large.bin'), randomBytes(1_000_000));
    const next = remote.commit({ 'index.html': 'two\n' });
    const failures = () => service.logs().filter((line) => /no space left|ENOSPC/i.test(String(line.error)));
    await waitFor('three failures', () => failures().length > 2);
    expect([readlinkSync(join(root, 'x')), read(root, 'x', 'index.html')]).toEqual([first, 'one\n']);
    expect(service.output.join('\n')).not.toContain('damaged');

    rmSync(filler);
    await waitFor('the next commit', () => publishedHash(join(root, 'x')) === next);
    expect(gitIn(join(root, 'x'), 'status', '--porcelain')).toBe('');
  },
);
