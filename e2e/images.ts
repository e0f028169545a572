import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { root } from '../tools/doc-commands.ts';
import { runCases } from './case.ts';
import { adapterImageCase } from './cases/adapter-image.ts';
import { gitSyncCrashCase } from './cases/git-sync-crash.ts';
import { gitSyncImageCases } from './cases/git-sync-image.ts';
import { heapCases } from './cases/heap.ts';
import { imageCases, type Row } from './cases/images.ts';
import { pageCases } from './cases/pages.ts';
import { run } from './run.ts';

/** `npm run images:check`: test each image of `npm run images` alone, `exec` in one of them, and the pages' commands that need
 * Docker. Then print a table of the images. */
const rows: Row[] = [];
const clone = mkdtempSync(join(tmpdir(), 'podkit-clone-'));
// A clone, as users have it: a container can mount its repository.
await run('git', ['clone', '--quiet', root, clone]);
chmodSync(clone, 0o755);
const web = await freePort();
const api = await freePort();
const metrics = await freePort();
const free = new Map([
  ['8080', web],
  ['3500', api],
  ['9464', metrics],
]);
const onFreePorts = (commands: string) =>
  commands.replaceAll(/(--publish |localhost:)(\d+)/g, (whole, before: string, port: string) =>
    free.has(port) ? `${before}${free.get(port)}` : whole,
  );
const pages = pageCases('docker', clone, onFreePorts);
process.exitCode =
  (await runCases([
    ...imageCases(rows),
    adapterImageCase(),
    ...gitSyncImageCases(),
    gitSyncCrashCase(),
    ...heapCases(),
    ...pages,
  ])) === 0
    ? 0
    : 1;
rmSync(clone, { recursive: true, force: true });
console.log(
  '| image | base | added MB | git and ssh MB | user | start to ready ms |\n| --- | --- | --- | --- | --- | --- |',
);
for (const { image, base, added, tools, user, ready } of rows)
  console.log(`| ${image} | ${base} | ${added.toFixed(1)} | ${tools.toFixed(1)} | ${user} | ${ready} |`);
