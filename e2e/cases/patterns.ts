import { join } from 'node:path';
import type { Case } from '../case.ts';
import { patterns } from '../manifests.ts';
import { missingLines, stepsOf } from '../readme.ts';
import { attempt, kubectl } from '../run.ts';

/** Each pattern: the commands of its README, exactly as written, and what it says one sees. */
export function patternCases(folder: string): Case[] {
  return patterns().map((name) => ({ name: `pattern ${name}`, run: () => runReadme(folder, name) }));
}

const mark = (index: number) => `--- step ${index + 1} done`;

async function runReadme(folder: string, name: string): Promise<string> {
  const steps = stepsOf(join(folder, 'k8s', 'patterns', name, 'README.md'));
  // One shell for all of it, as for a reader: what a step sets is there in the next.
  const script = steps.map(({ commands }, index) => `${commands}\necho '${mark(index)}'`).join('\n');
  const { code, output } = await attempt('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder });
  let rest = output;
  for (const [index, { commands, expected }] of steps.entries()) {
    const end = rest.indexOf(mark(index));
    const shown = end < 0 ? rest : rest.slice(0, end);
    const missing = missingLines(expected, shown);
    if (end < 0 || missing.length > 0) {
      await cleanUp(folder, name);
      const why = end < 0 ? `ended with ${code}` : `does not show ${JSON.stringify(missing)}`;
      throw new Error(`step ${index + 1} ${why}:\n${commands}${shown.slice(-3000)}`);
    }
    rest = rest.slice(end + mark(index).length);
  }
  const seen = steps.flatMap(({ expected }) => expected).at(-1) ?? '';
  return `${steps.length} steps, last seen "${seen}"`;
}

async function cleanUp(folder: string, name: string): Promise<void> {
  if (process.env.E2E_KEEP) return;
  await kubectl('delete', '-k', join(folder, 'k8s', 'patterns', name), '--ignore-not-found', '--timeout=120s');
}
