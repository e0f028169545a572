import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { root } from '../../tools/doc-commands.ts';

type Entry = { version?: string; integrity?: string; resolved?: string; link?: boolean };
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Entry> };
const isInstalled = (path: string) => path.includes('node_modules/');
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  optionalDependencies: Record<string, string>;
};

test('npm ci takes the lock file', () => {
  const folder = tempDir();
  const workspaces = Object.keys(lock.packages).filter((path) => !isInstalled(path));
  for (const path of ['package-lock.json', ...workspaces.map((name) => join(name, 'package.json'))]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  const { status, stderr } = spawnSync('npm', ['ci', '--dry-run', '--offline', '--no-audit'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('every package of every platform has its integrity', () => {
  const packages = Object.entries(lock.packages).filter(([path, { link }]) => isInstalled(path) && !link);
  expect(packages.length).toBeGreaterThan(300);
  expect(packages.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-')).map(([path]) => path)).toEqual(
    [],
  );
});

test('each platform that brings its own Node brings a Node 24 that runs TypeScript without a flag', () => {
  const versions = Object.keys(optionalDependencies).map((name) => lock.packages[`node_modules/${name}`]?.version);
  expect(versions.length).toBe(3);
  expect(versions.filter((version = '') => !/^24\.(1[2-9]|[2-9]\d)\./.test(version))).toEqual([]);
});
