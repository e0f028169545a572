import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './manifest.ts';

const run = promisify(execFile);

export const hasHelm = spawnSync('helm', ['version']).error === undefined;
export const chart = join(import.meta.dirname, '../../../charts/podkit');

/** Run helm. @throws with helm's error */
export const helm = async (...words: string[]): Promise<string> =>
  (await run('helm', words, { maxBuffer: 2 ** 26 })).stdout;

/** The objects that `helm install` would create. */
export async function helmTemplate(folder: string, values: object = {}): Promise<Manifest[]> {
  const sets = Object.entries(values).map(([key, value]) => `--set-json=${key}=${JSON.stringify(value)}`);
  const text = await helm('template', 'podkit', folder, '--namespace=podkit', ...sets);
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}
