import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `npm test`: format, lint, types, dead code, all tests; then one line `N passed, N failed`. */
const checks: [name: string, command: string, args: string[]][] = [
  ['format', 'biome', ['check', '--error-on-warnings', '.']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['types', 'tsc', []],
  ['dead code', 'knip', []],
];

const failed: string[] = [];
for (const [name, command, args] of checks) {
  const began = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) failed.push(name);
}

const missing = ['git', 'redis-server', 'redis-cli'].filter((tool) => spawnSync('which', [tool]).status !== 0);
if (missing.length > 0) console.log(`missing: ${missing.join(', ')}; on Debian: apt-get install git redis-server`);
if (['kubectl', 'kustomize'].every((tool) => spawnSync('which', [tool]).status !== 0))
  console.log('missing: kubectl or kustomize; the Kubernetes manifests are NOT checked');

const report = join(tmpdir(), `podkit-tests-${process.pid}.json`);
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const tests = spawnSync('vitest', ['run', ...reporters, ...process.argv.slice(2)], { stdio: 'inherit' });
const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0 } = readReport(report);
const broken = failed.length + (tests.status !== 0 && numFailedTests === 0 ? 1 : 0);
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
console.log(`${numPassedTests + checks.length - failed.length} passed, ${numFailedTests + broken} failed${skipped}`);
process.exit(failed.length === 0 && tests.status === 0 ? 0 : 1);

type Report = { numPassedTests?: number; numFailedTests?: number; numPendingTests?: number };

function readReport(path: string): Report {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return {};
  } finally {
    rmSync(path, { force: true });
  }
}
