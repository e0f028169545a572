import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import type { Host } from '@podkit/chassis/process/service';
import { readVolume } from '@podkit/downward/volume';
import type { Config } from '../config.ts';
import { agedFields } from '../document/age.ts';
import { createDocument, type Document } from '../document/document.ts';
import { toInputs } from '../document/inputs.ts';
import { formatEnvironment } from '../tune/environment.ts';
import { otelAttributes } from './otel.ts';
import { formatTable } from './table.ts';

/** Read once, write in the format asked for, to the file or standard output. */
export async function writeOnce(config: Readonly<Config>, host: Pick<Host, 'stdout' | 'env'>): Promise<void> {
  const document = createDocument(await readVolume(config.dir), toInputs(config, host.env));
  const text = formatDocument(document, config.format, Date.now());
  if (config.output === undefined) host.stdout.write(text);
  else await writeFileAtomic(config.output, text);
}

/** What `--one-time` writes in each format. */
function formatDocument(document: Document, format: Config['format'], now: number): string {
  if (format === 'table') return formatTable(document, now);
  if (format === 'env') return formatEnvironment(document.tuning);
  if (format === 'otel') return `${otelAttributes(document)}\n`;
  return `${JSON.stringify({ ...document, fields: agedFields(document.fields, now) }, null, 2)}\n`;
}
