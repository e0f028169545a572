import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultCases, runFaultCase } from '../support/fault-run.ts';
import { type FaultSuite, startFaultSuite } from '../support/fault-suite.ts';

// The short form of bench/ambassador/faults.ts, which runs every case, several times.
const folder = mkdtempSync(join(tmpdir(), 'podkit-fault-run-'));
let suite: FaultSuite;
beforeAll(async () => {
  suite = await startFaultSuite(folder);
  await suite.start('ambassador');
});
afterAll(async () => {
  await suite.stop();
  rmSync(folder, { recursive: true, force: true });
});

const some = [
  'kill -9 redis + postgres + ambassador',
  'connections cut to redis + postgres',
  'packets swallowed to redis + postgres',
  'the journal fills its disk, PostgreSQL being dead',
];

test.each(some)('%s: no write is lost, no read is stale, and it recovers by itself', async (wanted) => {
  const found = faultCases.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`there is no case ${wanted}`);
  const result = await runFaultCase(suite, found);
  expect(result).toMatchObject({ lost: [], stale: [] });
  expect(result.refused).toBeGreaterThan(0);
  expect(result.recovery).toBeLessThan(deadline(10_000));
});
