import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseQuantity } from './checks/quantity.ts';
import type { Manifest } from './manifests/manifest.ts';
import { manifestSet } from './manifests/manifest-set.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = ['docs/operations.md', 'docs/monitoring.md', 'docs/scaling.md'];
const text = pages.map(read).join('\n');
const podkit = manifestSet('base', [parse(read('k8s/base/podkit.yaml')) as Manifest]);
const base = ['base/podkit.yaml', 'base/kustomization.yaml', 'create-secret']
  .map((name) => read(`k8s/${name}`))
  .join('');

/** The code spans of the pages that match a pattern. */
const named = (pattern: RegExp) => [
  ...new Set([...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => pattern.exec(code)?.[0] ?? [])),
];

/** A test makes these pages from the code. */
const references = readdirSync(join(root, 'docs/reference')).map((name) => read(`docs/reference/${name}`));

test.each(named(/\b(?:git|podkit_ambassador|downward|adapter)_(?!process_|nodejs_)[a-z_]+\b/))(
  'a service has the metric %s',
  (metric) => {
    expect(references.some((page) => page.includes(`| \`${metric}\` |`))).toBe(true);
  },
);

test.each(named(/^[A-Z]+(?:_[A-Z]+)+$/))('the setting %s is in the base or the Dockerfile', (setting) => {
  expect(base + read('Dockerfile')).toContain(setting);
});

test.each(named(/^components\/[a-z-]+$/))('%s exists', (component) => {
  expect(existsSync(join(root, 'k8s', component, 'kustomization.yaml'))).toBe(true);
});

test('the objects and keys that the pages name are in the base', () => {
  const words = named(/^(podkit-[a-z]+|[a-z]+-(password|token)|redis-users\.acl|log-level)$/);
  expect(words.length).toBeGreaterThan(5);
  expect(words.filter((word) => !base.includes(word))).toEqual([]);
});

const requested = (resource: string) =>
  podkit.containers
    .filter(({ endless }) => endless)
    .reduce((sum, { container }) => sum + parseQuantity(container.resources?.requests?.[resource]), 0);

test('scaling.md says what a Pod requests', () => {
  const cpu = Math.round(requested('cpu') * 1000);
  const memory = requested('memory') / 2 ** 20;
  expect(text).toContain(`it requests ${cpu}m of CPU and ${memory}Mi of memory`);
});

test('operations.md gives the grace period of a Pod, and its parts', () => {
  const [pod] = podkit.pods;
  const app = pod?.containers.find(({ container }) => container.name === 'app');
  const value = (name: string) =>
    app?.container.env?.find((variable) => variable.name === name)?.value?.replace(/s$/, ' s');
  expect(text).toContain(`The Pod has ${pod?.spec.terminationGracePeriodSeconds} s.`);
  expect(text.replaceAll('\n', ' ')).toContain(`drains for ${value('DRAIN_DELAY')} (\`DRAIN_DELAY\`)`);
  expect(text.replaceAll('\n', ' ')).toContain(`up to ${value('SHUTDOWN_TIMEOUT')} (\`SHUTDOWN_TIMEOUT\`)`);
});

test('operations.md names the admin port of each service', () => {
  const ports = podkit.containers.flatMap(({ container }) =>
    (container.ports ?? []).map(({ containerPort }) => containerPort),
  );
  const listeners = ['app 8081', 'ambassador 3501', 'metrics-adapter 9464', 'git-sync 9376', 'downward-reader 8090'];
  expect(listeners.filter((listener) => !text.replaceAll('\n', ' ').includes(listener))).toEqual([]);
  expect(listeners.filter((listener) => !ports.includes(Number(listener.split(' ')[1])))).toEqual([]);
});

test('monitoring.md lists every alert with its expression', () => {
  const { groups } = parse(read('k8s/components/prometheus-rules/alerts.yaml')) as Rules;
  const rows = groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, for: time }) => {
      const code = expr.replaceAll(/\s+/g, ' ').trim().replaceAll('|', String.raw`\|`);
      return `| ${alert} | \`${code}\`${time === undefined ? '' : ` for ${time}`} |`;
    }),
  );
  expect(rows.filter((row) => !read('docs/monitoring.md').includes(row))).toEqual([]);
});

type Rules = { groups: { rules: { alert: string; expr: string; for?: string }[] }[] };
