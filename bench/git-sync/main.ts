import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

/*
 * All measurements of git-sync, one after the other, each beside plain git in the same run; about four minutes.
 * The parts alone take options. Usage: npm run bench -- git-sync
 */
const parts: [what: string, program: string, ...words: string[]][] = [
  ['5,000 files, one ref', 'passes'],
  ['100 files, 100,000 refs', 'passes', '--files=100', '--refs=100000'],
  ['50,000 files', 'many-files'],
  ['nothing new, every second', 'idle'],
];

console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`);
for (const [what, program, ...words] of parts) {
  console.log(`\n${what} (load ${loadavg()[0]?.toFixed(1)})`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${program}.ts`), ...words], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
