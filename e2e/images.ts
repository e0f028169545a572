import { runCases } from './case.ts';
import { heapCases } from './cases/heap.ts';
import { imageCases, type Row } from './cases/images.ts';

/** `npm run images:check`: every image that `npm run images` built, alone, what `exec` does in one, and a table of what each is and takes. */
const rows: Row[] = [];
process.exitCode = (await runCases([...imageCases(rows), ...heapCases()])) === 0 ? 0 : 1;
console.log(
  '| image | base | added MB | git and ssh MB | user | start to ready ms |\n| --- | --- | --- | --- | --- | --- |',
);
for (const { image, base, added, tools, user, ready } of rows)
  console.log(`| ${image} | ${base} | ${added.toFixed(1)} | ${tools.toFixed(1)} | ${user} | ${ready} |`);
