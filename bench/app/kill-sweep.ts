import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killSweep } from '../../services/app/test/support/kill-sweep.ts';

// `npm run bench -- app/kill-sweep [ROUNDS]`: kill a process that writes keys, ROUNDS times on the same volume and each time at another
// moment. Count the acknowledged writes that are missing afterwards. A test runs a short version.
const rounds = Number(process.argv[2] ?? 50);
const folder = mkdtempSync(join(tmpdir(), 'podkit-kill-sweep-'));
try {
  const { acknowledged, lost } = await killSweep(folder, rounds);
  console.log(`${lost === 0 ? 'ok  ' : 'MISS'} ${rounds} kills, ${acknowledged} writes acknowledged, ${lost} lost`);
  process.exitCode = lost === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
