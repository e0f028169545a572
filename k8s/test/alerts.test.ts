import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { prometheusRule } from '../../tools/prometheus-rule.ts';

const folder = join(import.meta.dirname, '..', 'components', 'prometheus-rules');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

type Rules = { groups: { rules: { alert: string }[] }[] };
type Case = { name: string; alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] };

const alerts = (parse(read('alerts.yaml')) as Rules).groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
const { tests } = parse(read('alerts.test.yaml')) as { tests: Case[] };

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
if (!hasPromtool)
  process.stdout.write('alerts NOT TESTED: promtool is missing; on Debian: apt-get install prometheus\n');

test.skipIf(!hasPromtool)('promtool confirms that each alert fires when it must, and only then', () => {
  const output = execFileSync('promtool', ['test', 'rules', join(folder, 'alerts.test.yaml')], { encoding: 'utf8' });
  expect(output).toContain('SUCCESS');
});

test.each(alerts)('the case of %s expects no alert first, and then the alert', (alert) => {
  const steps = tests.find(({ name }) => name === alert)?.alert_rule_test;
  expect(steps?.map((step) => [step.alertname, (step.exp_alerts ?? []).length > 0])).toEqual([
    [alert, false],
    [alert, true],
  ]);
});

test('no alert fires for a healthy Pod', () => {
  const well = tests.find(({ name }) => name === 'a healthy Pod raises no alert');
  expect(well?.alert_rule_test.map(({ alertname }) => alertname)).toEqual(alerts);
  expect(well?.alert_rule_test.flatMap(({ exp_alerts = [] }) => exp_alerts)).toEqual([]);
});

test('the PrometheusRule has the same groups as the file for a plain Prometheus (npm run generate)', () => {
  expect(read('prometheus-rule.yaml')).toBe(prometheusRule(read('alerts.yaml')));
  expect((parse(read('prometheus-rule.yaml')) as { spec: Rules }).spec).toEqual(parse(read('alerts.yaml')));
});
