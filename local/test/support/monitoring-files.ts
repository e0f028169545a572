import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const components = join(import.meta.dirname, '../../../k8s/components');

export type Alert = { alert: string; expr: string; for?: string };
type Rules = { groups: { name: string; rules: Alert[] }[] };
type Dashboard = { panels: { title: string; targets: { expr: string }[] }[] };

export const alertRules = (): Rules =>
  parse(readFileSync(join(components, 'prometheus-rules/alerts.yaml'), 'utf8')) as Rules;

/** The same rules, but no alert waits, a site is old after 5 s, and one restart is enough. */
export const impatientRules = (): Rules => ({
  groups: alertRules().groups.map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => ({
      ...rule,
      for: '0s',
      expr: rule.expr.replace('> 600', '> 5').replaceAll('[15m]) > 2', '[15m]) > 0'),
    })),
  })),
});

/** Every query of every dashboard, as Grafana sends it where all namespaces and Pods are selected. */
export function dashboardQueries(): { panel: string; expr: string }[] {
  const folder = join(components, 'dashboards');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.flatMap((file) => {
    const { panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard;
    return panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({
        panel: `${file} ${title}`,
        expr: expr.replaceAll(/\$(namespace|pod)\b/g, '.*'),
      })),
    );
  });
}

const words = new Set(['and', 'or', 'unless', 'bool', 'inf', 'nan']);

/** The series that an expression selects, such as `up{job="a"}`: what has to be there for an alert to be able to fire. */
export function findSelectors(expr: string): string[] {
  const bare = expr.replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  // Texts outside of braces, then a name that is no function and no part of a number or a duration.
  const names = bare
    .replaceAll(/"[^"]*"(?![^{]*\})/g, ' ')
    .matchAll(/(?<![\w.[])([a-z_:][\w:]*)(\{[^}]*\})?(?!\w|\s*\()/gi);
  return [...names].flatMap(([selector, name = '']) => (words.has(name.toLowerCase()) ? [] : selector));
}
