import { formatDuration } from '@podkit/chassis/config/duration';
import { agedFields } from '../document/age.ts';
import type { Document } from '../document/document.ts';

/**
 * The field matrix for a terminal: each field, its value, where it came from, how old it is at `now`, its raw text (or why
 * there is none), and which methods can carry it.
 */
export function formatTable(document: Document, now: number): string {
  const { resources, tuning, labels, annotations, warnings, missing } = document;
  const rows = agedFields(document.fields, now).map(({ name, value, source, age, raw, error, methods }) => [
    name,
    shown(value),
    source === 'none' ? '-' : source,
    age === undefined ? '-' : formatDuration(Math.floor(age) * 1000),
    error === undefined ? shown(raw) : `${error.code} ${error.path}`,
    describeMethods(methods),
  ]);
  const limits = Object.entries(resources).map(([name, view]) => [
    name,
    shown(view.volume),
    shown(view.environment),
    shown(view.cgroup),
    view.findings.join('; '),
  ]);
  const settings = Object.entries(tuning).map(([name, { value, reason }]) => [name, value, reason]);
  const parts = [
    block(['FIELD', 'VALUE', 'SOURCE', 'AGE', 'RAW', 'CARRIED BY'], rows),
    block(['LIMIT', 'VOLUME', 'ENVIRONMENT', 'CGROUP', 'FINDINGS'], limits),
    block(['LABEL', 'VALUE'], Object.entries(labels?.values ?? {})),
    block(['ANNOTATION', 'VALUE'], Object.entries(annotations?.values ?? {})),
    block(['SETTING', 'VALUE', 'WHY'], settings),
    [...warnings.map((text) => `warning: ${text}`), ...missing.map((text) => `missing: ${text}`)].join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function describeMethods({ environment, volume }: { environment: boolean; volume: boolean }): string {
  if (environment && volume) return 'both';
  return environment ? 'environment' : 'volume';
}

const longest = 60;

function shown(value: string | number | readonly string[] | null | undefined): string {
  if (value === undefined) return '-';
  if (value === null) return 'none';
  const text = typeof value === 'object' ? value.join(',') : String(value);
  const line = text.replaceAll('\n', '⏎');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function block(head: string[], rows: string[][]): string {
  if (rows.length === 0) return '';
  const lines = [head, ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
