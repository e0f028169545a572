import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { findRenderer, howToInstall } from './manifests/render.ts';

function folderWith(...programs: string[]): string {
  const folder = tempDir();
  for (const program of programs) {
    writeFileSync(join(folder, program), '#!/bin/sh\n');
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}

test('renders with kubectl, or else with kustomize', () => {
  expect(findRenderer(folderWith('kubectl', 'kustomize'))).toEqual(['kubectl', 'kustomize']);
  expect(findRenderer(`/nowhere:${folderWith('kustomize')}`)).toEqual(['kustomize', 'build']);
});

test('finds no renderer if neither is on the PATH, and the message names both', () => {
  expect(findRenderer(folderWith('helm'))).toBeUndefined();
  expect(howToInstall).toMatch(/kubectl or kustomize/);
});
