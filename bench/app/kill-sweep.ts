import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killSweep } from '../../services/app/test/support/kill-sweep.ts';

// `npm run bench -- app/kill-sweep [rounds]`: SIGKILL a process that writes keys, again and again on the same volume, each time at
// another moment, and count what was acknowledged and is not there. The tests have a short version.
const rounds = Number(process.argv[2] ?? 50);
const folder = mkdtempSync(join(tmpdir(), 'podkit-kill-sweep-'));
try {
  const { acknowledged, lost } = await killSweep(folder, rounds);
  console.log(`${lost === 0 ? 'ok  ' : 'MISS'} ${rounds} kills, ${acknowledged} writes acknowledged, ${lost} lost`);
  process.exitCode = lost === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
