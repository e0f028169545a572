import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Manifest } from './manifest.ts';

const run = promisify(execFile);

/** A fake kubectl, for a cluster that has the namespace and no Secret. It prints what it would create. */
const kubectl = `#!/usr/bin/env node
const { readdirSync, readFileSync } = require('node:fs');
const words = process.argv.slice(2);
if (!words.includes('create')) process.exit(words.includes('secret') ? 1 : 0);
const folder = words.at(-1);
const data = readdirSync(folder).map((name) => [name, readFileSync(folder + '/' + name).toString('base64')]);
process.stdout.write(JSON.stringify({ words, data: Object.fromEntries(data) }));
`;

/** Run k8s/create-secret. Returns the Secret, and the arguments of its call of kubectl. */
export async function createdSecret(): Promise<{ words: string[]; secret: Manifest }> {
  const folder = await mkdtemp(join(tmpdir(), 'podkit-kubectl-'));
  try {
    await writeFile(join(folder, 'kubectl'), kubectl, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    const { stdout } = await run(join(import.meta.dirname, '..', '..', 'create-secret'), [], { env });
    const { words, data } = JSON.parse(stdout) as { words: string[]; data: Record<string, string> };
    const metadata = { name: 'podkit-secrets', namespace: 'podkit' };
    return { words, secret: { apiVersion: 'v1', kind: 'Secret', metadata, data } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
