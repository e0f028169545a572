import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRenderer, howToInstall, render } from '../k8s/test/manifests/render.ts';
import { helmTemplates } from './helm-templates.ts';
import { prometheusRule } from './prometheus-rule.ts';

/** `npm run generate`: write the files that are made from others. A test fails while one is stale. */
const root = join(import.meta.dirname, '..');
const rules = join(root, 'k8s/components/prometheus-rules');
writeFileSync(join(rules, 'prometheus-rule.yaml'), prometheusRule(readFileSync(join(rules, 'alerts.yaml'), 'utf8')));
// The test of docs/reference also writes it.
const reference = spawnSync('vitest', ['run', 'local/test/reference.test.ts', '--update'], {
  cwd: root,
  stdio: 'inherit',
});
if (reference.status !== 0) process.exit(1);

const renderer = findRenderer();
if (renderer === undefined) {
  console.error(`generate: the chart is not made: ${howToInstall}`);
  process.exit(1);
}
const templates = helmTemplates(await render(renderer, join(root, 'k8s/base')));
for (const [name, text] of Object.entries(templates)) writeFileSync(join(root, 'charts/podkit/templates', name), text);
