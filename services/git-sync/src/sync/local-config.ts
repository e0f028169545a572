import { join } from 'node:path';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { type GitConfigEntry, gitConfigFile } from '../git/config-text.ts';
import type { Git } from '../git/git.ts';
import type { Log } from '../log/log.ts';
import { listNames, readFileIfThere } from './files.ts';
import type { Layout } from './layout.ts';

/** The settings that git writes into a repository's configuration for git-sync. */
const expected = [
  /^core\.(repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode)$/,
  /^core\.(sparsecheckout|sparsecheckoutcone)$/,
  /^index\.sparse$/,
  /^extensions\.(worktreeconfig|partialclone|objectformat|refstorage)$/,
  /^remote\.origin\.(url|promisor|partialclonefilter)$/,
  /^submodule\..*\.(url|active)$/s,
  /^lfs\.(repositoryformatversion|.+\.(access|locksverify))$/s,
];

/** The settings that a clone or upstream writes and git-sync does not need. */
const unneeded = /^(remote\.origin\.fetch|branch\..*\.(remote|merge)|remote\..*\.(promisor|partialclonefilter))$/s;

/**
 * Removes unexpected settings from the repository's configuration, and logs them. Someone who can write to the volume may
 * have planted a setting that names a program, which git would run as our user.
 */
export class LocalConfig {
  readonly #git: Git;
  readonly #log: Log;
  readonly #cleaned = new Map<string, string>();

  constructor(git: Git, log: Log) {
    this.#git = git;
    this.#log = log;
  }

  async clean(layout: Layout, signal: AbortSignal): Promise<void> {
    const worktrees = join(layout.gitDir, 'worktrees');
    const files = [
      join(layout.gitDir, 'config'),
      join(layout.gitDir, 'config.worktree'),
      ...(await listNames(worktrees)).map((name) => join(worktrees, name, 'config.worktree')),
    ];
    for (const file of files) await this.#cleanFile(file, layout.root, signal);
  }

  async #cleanFile(file: string, cwd: string, signal: AbortSignal): Promise<void> {
    const text = await readFileIfThere(file);
    if (text === undefined || text === this.#cleaned.get(file)) return;
    const list = ['config', '--file', file, '--no-includes', '--list', '-z'];
    const entries = parseConfigList(await this.#git.run(list, { cwd, signal }));
    const planted = new Set(entries.filter((entry) => !isExpected(entry)).map(({ key }) => key));
    for (const key of planted) {
      if (unneeded.test(key)) this.#log.info(1, 'removed a setting that is not needed', { file, key });
      else this.#log.error(undefined, 'removed an unexpected setting from the repository', { file, key });
    }
    // The file is written as a whole: simple-git refuses to change single settings that name programs.
    if (planted.size > 0) await writeFileAtomic(file, gitConfigFile(entries.filter(isExpected)), { mode: 0o666 });
    this.#cleaned.set(file, (await readFileIfThere(file)) ?? '');
  }
}

function isExpected({ key }: GitConfigEntry): boolean {
  return expected.some((pattern) => pattern.test(key));
}

/** Parse the output of `git config --list -z`: key, line break, value; a key without a value means true. */
function parseConfigList(text: string): GitConfigEntry[] {
  const lines = text.split('\0').filter((line) => line !== '');
  return lines.map((line) => {
    const [key = '', value = 'true'] = line.split(/\n(.*)/s);
    return { key, value };
  });
}
