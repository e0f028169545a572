import { agedFields } from './age.ts';
import type { Config } from './config.ts';
import type { Document } from './document.ts';
import { otelAttributes } from './otel.ts';
import { formatTable } from './table.ts';
import type { Settings } from './tune/tune.ts';

/** What `--one-time` writes in each format. */
export function formatDocument(document: Document, format: Config['format'], now: number): string {
  if (format === 'table') return formatTable(document, now);
  if (format === 'env') return formatEnvironment(document.tuning);
  if (format === 'otel') return `${otelAttributes(document)}\n`;
  return `${JSON.stringify({ ...document, fields: agedFields(document.fields, now) }, null, 2)}\n`;
}

/** Lines that a shell can source and `fileKeyRef` can read: `NAME='value'  `, each with its reason above. */
export function formatEnvironment(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, { value, reason }]) => `# ${reason}\n${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join('');
}
