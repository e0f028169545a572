import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { styleText } from 'node:util';

/**
 * `npm test [-- FOLDER_OR_FILE … [--vitest-option …]]`: format, lint, types, dead code and all tests, or those of a part; the last
 * line says `N passed, N failed`, then `, N skipped` where some were. A failure is shown when it happens.
 */
const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith('-'));
const parts = firstOption === -1 ? words : words.slice(0, firstOption);
const vitestOptions = words.slice(parts.length);
const unknown = parts.filter((part) => !existsSync(part));
if (unknown.length > 0) {
  console.error(`no such folder or file: ${unknown.join(', ')}; npm test -- services/ambassador runs a part`);
  process.exit(2);
}
const isWhole = parts.length === 0;

const checks: [name: string, command: string, args: string[]][] = [
  ['format', 'biome', ['check', '--error-on-warnings', ...(isWhole ? ['.'] : parts)]],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings', ...parts]],
  ['words', 'node', ['tools/check-words.ts']],
  ['types', 'tsc', []],
];
// What nothing uses shows only in the whole.
if (isWhole) checks.push(['dead code', 'knip', ['--no-config-hints']]);

let failedChecks = 0;
for (const [name, command, args] of checks) {
  const began = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (code !== 0) {
    failedChecks += 1;
    process.stdout.write(output);
  }
  console.log(`${code === 0 ? styleText('green', 'ok    ') : styleText('red', 'FAILED')} ${name} (${seconds} s)`);
}

sayWhatIsMissing();
// Before vitest is loaded: it decides then whether it colours what it compares.
if (!process.stdout.isTTY) process.env.NO_COLOR = '1';
const { parseCLI, startVitest } = await import('vitest/node');
const { TestReporter } = await import('./test-reporter.ts');
const reporter = new TestReporter();
const { options } = parseCLI(['vitest', 'run', ...vitestOptions]);
const vitest = await startVitest(parts.map(asFilter), { ...options, watch: false, reporters: [reporter] });
await vitest.close();

const { passed, failed, skipped } = reporter.counts;
const end = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`${passed + checks.length - failedChecks} passed, ${failed + failedChecks} failed${end}`);
process.exit(failed + failedChecks === 0 && process.exitCode === undefined ? 0 : 1);

/** Run a program. Its output is for the caller to print if it fails: hints of a step that passed would only distract. */
async function run(command: string, args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: `${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** As vitest filters by a part of the path, a folder must end where it ends. */
function asFilter(part: string): string {
  return statSync(part).isDirectory() ? `${part.replace(/\/+$/, '')}/` : part;
}

function sayWhatIsMissing(): void {
  const missing = ['git', 'redis-server', 'redis-cli'].filter(isMissing);
  if (missing.length > 0) console.log(`missing: ${missing.join(', ')}; on Debian: apt-get install git redis-server`);
  if (isMissing('git-lfs') || !existsSync('/usr/sbin/sshd'))
    console.log('missing: git-lfs or sshd; their tests are skipped; on Debian: apt-get install git-lfs openssh-server');
  if (['kubectl', 'kustomize'].every(isMissing))
    console.log('missing: kubectl or kustomize; the Kubernetes manifests are NOT checked');
  if (isMissing('helm')) console.log('missing: helm; the chart is NOT checked');
  if (isMissing('promtool')) console.log('missing: prometheus and promtool; the alerts and dashboards are NOT tested');
}

function isMissing(tool: string): boolean {
  return spawnSync('which', [tool]).status !== 0;
}
