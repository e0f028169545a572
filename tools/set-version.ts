import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run set-version -- 0.2.0`: move every package.json, the lock file and the chart to a version that CHANGELOG.md describes. */
const root = join(import.meta.dirname, '..');
const version = process.argv[2] ?? '';
const npm = (...words: string[]) =>
  execFileSync('npm', [...words, '--loglevel=error'], { cwd: root, stdio: 'inherit' });

if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
  console.error(`set-version: ${version === '' ? 'no version' : version}: expected one such as 0.2.0, without a v`);
  process.exit(2);
}
if (!readFileSync(join(root, 'CHANGELOG.md'), 'utf8').includes(`\n## ${version}`)) {
  console.error(`set-version: CHANGELOG.md has no "## ${version}"`);
  process.exit(2);
}
const everywhere = ['--workspaces', '--include-workspace-root', '--no-workspaces-update'];
npm('version', version, ...everywhere, '--no-git-tag-version', '--allow-same-version');
npm('install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund');
const chart = join(root, 'charts/podkit/Chart.yaml');
writeFileSync(chart, readFileSync(chart, 'utf8').replaceAll(/^(version|appVersion): .*$/gm, `$1: ${version}`));
