import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultResult, faultCases, runFaultCase } from '../../services/ambassador/test/reliability/fault-run.ts';
import { startFaultSuite } from '../../services/ambassador/test/reliability/fault-suite.ts';

// `npm run bench -- ambassador/faults [ROUNDS [CASE]]`: each case is run ROUNDS times (3), or only those whose name contains CASE.
const rounds = Number(process.argv[2] ?? 3);
const wanted = process.argv[3] ?? '';

const folder = mkdtempSync(join(tmpdir(), 'podkit-faults-'));
const suite = await startFaultSuite(folder);
let wrong = 0;
try {
  await suite.start('ambassador');
  console.log('| what happened, under load | acknowledged | refused | lost | stale reads | recovery |');
  console.log('|---|---|---|---|---|---|');
  for (const one of faultCases.filter(({ name }) => name.includes(wanted)))
    report(await runFaultCase(suite, one, rounds));
} finally {
  await suite.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(wrong > 0 ? 1 : 0);

function report({ name, acknowledged, refused, lost, stale, recovery }: FaultResult): void {
  console.log(
    `| ${name} | ${acknowledged} | ${refused} | ${lost.length} | ${stale.length} | ${(recovery / 1000).toFixed(1)} s |`,
  );
  for (const line of [...lost, ...stale.slice(0, 20)]) console.error(line);
  wrong += lost.length + stale.length;
}
