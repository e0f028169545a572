import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prometheusRule } from './prometheus-rule.ts';

/** `npm run generate`: write anew the files that are made from others. A test fails while one is stale. */
const root = join(import.meta.dirname, '..');
const rules = join(root, 'k8s/components/prometheus-rules');
writeFileSync(join(rules, 'prometheus-rule.yaml'), prometheusRule(readFileSync(join(rules, 'alerts.yaml'), 'utf8')));
