import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFailover } from '../../services/ambassador/test/support/failover-run.ts';
import {
  clusterTopology,
  postgresTopology,
  sentinelTopology,
} from '../../services/ambassador/test/support/failover-topologies.ts';
import { type FaultResult, faultCases, runFaultCase } from '../../services/ambassador/test/support/fault-run.ts';
import { startFaultSuite } from '../../services/ambassador/test/support/fault-suite.ts';

// `npm run bench -- ambassador/faults [ROUNDS [CASE]]`: run each fault case ROUNDS times (default 3). With CASE, run only the cases whose
// name contains it.
const rounds = Number(process.argv[2] ?? 3);
const wanted = process.argv[3] ?? '';

const folder = mkdtempSync(join(tmpdir(), 'podkit-faults-'));
let wrong = 0;
const cases = faultCases.filter(({ name }) => name.includes(wanted));
const suite = await startFaultSuite(folder);
try {
  if (cases.length > 0) await suite.start('ambassador');
  console.log('| fault under load | acknowledged | refused | lost | stale reads | recovery |');
  console.log('|---|---|---|---|---|---|');
  for (const one of cases) report(await runFaultCase(suite, one, rounds));
} finally {
  await suite.stop();
  rmSync(folder, { recursive: true, force: true });
}

console.log('\n| primary killed under load | acknowledged | refused | lost | writes again after |');
console.log('|---|---|---|---|---|');
const topologies = { Sentinel: sentinelTopology, Cluster: clusterTopology, PostgreSQL: postgresTopology };
for (const [name, start] of Object.entries(topologies)) {
  if (!`failover: ${name}`.includes(wanted)) continue;
  const topology = await start();
  const own = mkdtempSync(join(tmpdir(), 'podkit-failover-'));
  try {
    for (const result of await runFailover(topology, own, rounds)) {
      const { name: what, acknowledged, refused, lost, recovery } = result;
      console.log(`| ${what} | ${acknowledged} | ${refused} | ${lost} | ${(recovery / 1000).toFixed(1)} s |`);
      // Redis may lose the writes of a client that does not wait for a replica.
      if (topology.keepsAll || result.waits) wrong += lost;
    }
  } finally {
    await topology.stop();
    rmSync(own, { recursive: true, force: true });
  }
}
process.exit(wrong > 0 ? 1 : 0);

function report({ name, acknowledged, refused, lost, stale, recovery }: FaultResult): void {
  console.log(
    `| ${name} | ${acknowledged} | ${refused} | ${lost.length} | ${stale.length} | ${(recovery / 1000).toFixed(1)} s |`,
  );
  for (const line of [...lost, ...stale.slice(0, 20)]) console.error(line);
  wrong += lost.length + stale.length;
}
