import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A page whose lines all name the same edition. A torn page names two editions or is too short. */
const page = (edition: number) => `${`<p>edition ${edition}</p>\n`.repeat(2000)}<!-- end -->\n`;

export function isWholePage(text: string): boolean {
  if (!text.endsWith('<!-- end -->\n')) return text.includes('It works.');
  const edition = Number(/^<p>edition (\d+)<\/p>\n/.exec(text)?.[1]);
  return text === page(edition);
}

/** Force-push the next edition of the page, which replaces the history. Returns a text that only this edition has. */
export async function forcePush(clone: string, edition: number): Promise<string> {
  await writeFile(join(clone, 'index.html'), page(edition));
  await run('git', ['commit', '--quiet', '--all', '--amend', '--message', `Edition ${edition}`], { cwd: clone });
  await run('git', ['push', '--quiet', '--force'], { cwd: clone });
  return `edition ${edition}<`;
}
