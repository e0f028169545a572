import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startApp } from '../support/start-app.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

test('the bundle of the image serves the page and the libraries that it imports', async () => {
  execFileSync(process.execPath, [join(root, 'tools', 'build.ts'), 'app']);
  const app = await startApp({}, { main: join(root, 'dist', 'app', 'src', 'main.js') });
  const page = await (await fetch(`${app.admin}/console/`)).text();
  const imported = [...page.matchAll(/"\.\/(vendor\/[^"]+)"|(?:src|href)="([^"#.][^"]+)"/g)].map(([, a, b]) => a ?? b);
  expect(imported).toContain('vendor/preact.mjs');
  const statuses = await Promise.all(
    imported.map(async (path) => (await fetch(`${app.admin}/console/${path}`)).status),
  );
  expect(statuses).toEqual(imported.map(() => 200));
});
