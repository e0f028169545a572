import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { main } from './support/reader-process.ts';

const root = join(import.meta.dirname, '..', '..', '..');

const isLibrary = (path: string) => path.startsWith('node_modules/');

test('loads for exec nothing but what limits and their settings need, since the program waits for it', () => {
  const list = join(tempDir(), 'modules.json');
  const hook = join(import.meta.dirname, 'fixtures', 'list-modules.ts');
  const env = { PATH: process.env.PATH ?? '', LIST_TO: list, DOWNWARD_DIR: tempDir() };
  expect(spawnSync(process.execPath, ['--import', hook, main, 'exec', '--print', '--', 'node'], { env }).status).toBe(
    0,
  );
  const urls = JSON.parse(readFileSync(list, 'utf8')) as string[];
  const paths = urls.filter((url) => url.startsWith('file:')).map((url) => relative(root, fileURLToPath(url)));
  const files = paths.filter((path) => !isLibrary(path));
  // Of TypeBox the image's bundle has only the types of settings and their check: see its README.
  expect(paths.filter((path) => isLibrary(path) && !path.startsWith('node_modules/typebox/'))).toEqual([]);
  expect(urls.filter((url) => !url.startsWith('file:')).toSorted()).toEqual([
    'node:fs',
    'node:fs/promises',
    'node:path',
    'node:util',
  ]);
  expect(files.toSorted()).toEqual([
    ...[
      'config/bytes',
      'config/config',
      'config/duration',
      'config/flags',
      'config/nearest',
      'config/podkit-grammar',
      'config/service-link',
      'config/setting-text',
      'config/setting',
      'config/settings',
      'config/unknown-variables',
      'errors',
      'process/exit-codes',
      'process/programs',
    ].map((name) => `packages/chassis/src/${name}.ts`),
    ...['go-quote', 'map-file', 'volume'].map((name) => `packages/downward/src/${name}.ts`),
    'services/downward-reader/src/config.ts',
    ...['age', 'document', 'inputs'].map((name) => `services/downward-reader/src/document/${name}.ts`),
    ...['child', 'command', 'go-binary', 'program'].map((name) => `services/downward-reader/src/exec/${name}.ts`),
    'services/downward-reader/src/main.ts',
    'services/downward-reader/src/output/otel.ts',
    ...['cgroup', 'field-specs', 'matrix', 'resolve-units', 'resources', 'rounding', 'units'].map(
      (name) => `services/downward-reader/src/resources/${name}.ts`,
    ),
    ...['environment', 'java', 'memory-plan', 'node', 'options', 'pools', 'runtimes', 'tune', 'workers'].map(
      (name) => `services/downward-reader/src/tune/${name}.ts`,
    ),
  ]);
});
