import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const hook = join(import.meta.dirname, 'print-modules.ts');

/** Run `node main.ts args` to its end, which must be 0; the URL of every module that it imported. */
export function listModules(main: string, args: readonly string[], env: Record<string, string> = {}): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', hook, main, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${main} ${args.join(' ')} exited ${status}: ${stdout}${stderr}`);
  return stderr.split('\n').filter((line) => /^(node|file):/.test(line));
}
