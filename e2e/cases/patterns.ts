import { join } from 'node:path';
import { findBlocks } from '../../tools/doc-commands.ts';
import { runBlocks } from '../../tools/run-blocks.ts';
import type { Case } from '../case.ts';
import { patterns } from '../manifests.ts';
import { kubectl } from '../run.ts';

/**
 * A case for each pattern: run the commands of its README as written, and compare the output with what the README shows. With `keep`,
 * the objects of a pattern that failed are not deleted.
 */
export function patternCases(folder: string, { keep }: { keep: boolean }): Case[] {
  return patterns().map((name) => ({ name: `pattern ${name}`, run: () => runReadme(folder, name, keep) }));
}

async function runReadme(folder: string, name: string, keep: boolean): Promise<string> {
  const blocks = findBlocks(`k8s/patterns/${name}/README.md`);
  try {
    await runBlocks(blocks, { cwd: folder, timeout: 300_000 });
  } catch (error) {
    if (!keep) await cleanUp(folder, name);
    throw error;
  }
  const seen = blocks.flatMap(({ expected }) => expected).at(-1) ?? '';
  return `${blocks.length} blocks, last seen "${seen}"`;
}

async function cleanUp(folder: string, name: string): Promise<void> {
  await kubectl('delete', '-k', join(folder, 'k8s', 'patterns', name), '--ignore-not-found', '--timeout=120s');
}
