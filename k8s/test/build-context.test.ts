import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

test('the build context has every file of tools/ that the build uses', () => {
  const steps = read('Dockerfile').replaceAll(/^#.*$/gm, '');
  const named = [
    ...steps.matchAll(/tools\/([\w-]+\.\w+)/g),
    ...read('tools/build.ts').matchAll(/import\.meta\.dirname, '([\w-]+\.\w+)'/g),
  ].map(([, name]) => `!tools/${name}`);
  expect(named).toContain('!tools/build.ts');
  expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(named));
});
