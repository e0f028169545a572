import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runFailover } from '../support/failover-run.ts';
import { clusterTopology, postgresTopology, sentinelTopology } from '../support/failover-topologies.ts';

// The short form of bench/ambassador/faults.ts, which kills several times and prints how long it took.
test.each([
  ['Sentinel', sentinelTopology],
  ['Cluster', clusterTopology],
  ['PostgreSQL', postgresTopology],
] as const)(
  '%s: after a failover under load writes go on, and none is lost that was promised to be kept',
  async (_name, start) => {
    const topology = await start();
    onTestFinished(() => topology.stop());
    const folder = mkdtempSync(join(tmpdir(), 'podkit-failover-run-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const results = await runFailover(topology, folder, 1);
    const promised = results.filter(({ waits }) => topology.keepsAll || waits);
    expect(promised.map(({ lost }) => lost)).toEqual([0, 0]);
  },
);
