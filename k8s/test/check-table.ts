import { subjects } from './checks/all-checks.ts';

/** The checks as the Markdown table of k8s/README.md. */
export function checkTable(): string {
  const rows = Object.entries(subjects).flatMap(([subject, checks]) =>
    checks.map(({ code, on, says }) => `| ${subject} | \`${code}\` | ${on} | ${says} |`),
  );
  return ['| subject | check | on every | what holds |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
