import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listModules } from '@podkit/chassis/testing/list-modules';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { main } from './support/reader-process.ts';

const root = join(import.meta.dirname, '..', '..', '..');

const isLibrary = (path: string) => path.startsWith('node_modules/');

test('loads for exec nothing but what limits and their settings need, since the program waits for it', () => {
  const urls = listModules(main, ['exec', '--print', '--', 'node'], { DOWNWARD_DIR: tempDir() });
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
      'config/help',
      'config/nearest',
      'config/podkit-grammar',
      'config/service-link',
      'config/setting-text',
      'config/setting',
      'config/settings',
      'config/unknown-variables',
      'errors',
      'process/exit-codes',
      'process/podkit-command-line',
      'process/programs',
      'process/run-service',
    ].map((name) => `packages/chassis/src/${name}.ts`),
    ...['go-quote', 'map-file', 'read-tree', 'volume'].map((name) => `packages/downward/src/${name}.ts`),
    'services/downward-reader/package.json',
    'services/downward-reader/src/config.ts',
    ...['age', 'document', 'inputs'].map((name) => `services/downward-reader/src/document/${name}.ts`),
    ...['child', 'command', 'go-binary', 'program'].map((name) => `services/downward-reader/src/exec/${name}.ts`),
    'services/downward-reader/src/main.ts',
    'services/downward-reader/src/output/otel.ts',
    ...['cgroup', 'field-specs', 'matrix', 'resolve-units', 'resources', 'rounding', 'units'].map(
      (name) => `services/downward-reader/src/resources/${name}.ts`,
    ),
    ...[
      'environment',
      'java',
      'memory-plan',
      'node',
      'options',
      'pools',
      'runtimes',
      'settings',
      'tune',
      'workers',
    ].map((name) => `services/downward-reader/src/tune/${name}.ts`),
  ]);
});
