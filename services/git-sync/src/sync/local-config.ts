import { join } from 'node:path';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { type GitConfigEntry, gitConfigFile } from '../git/config-text.ts';
import type { Git } from '../git/git.ts';
import type { Log } from '../log/log.ts';
import { namesIn, readFileIfThere } from './files.ts';
import type { Layout } from './layout.ts';

/** What git itself writes into a repository's configuration when it does what we ask of it. */
const expected = [
  /^core\.(repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode)$/,
  /^core\.(sparsecheckout|sparsecheckoutcone)$/,
  /^index\.sparse$/,
  /^extensions\.(worktreeconfig|partialclone|objectformat|refstorage)$/,
  /^remote\.origin\.(url|promisor|partialclonefilter)$/,
  /^submodule\..*\.(url|active)$/s,
  /^lfs\.(repositoryformatversion|.+\.(access|locksverify))$/s,
];

/** What a clone or upstream writes and we do without: references that outlive what they name, remotes but `origin`. */
const unneeded = /^(remote\.origin\.fetch|branch\..*\.(remote|merge)|remote\..*\.(promisor|partialclonefilter))$/s;

/**
 * Keeps the configuration inside the repository to what we and git put there. On a shared volume somebody else may
 * have planted a setting that names a program, which git would run as us; the ones found are taken out and logged.
 */
export class LocalConfig {
  readonly #git: Git;
  readonly #log: Log;
  readonly #vetted = new Map<string, string>();

  constructor(git: Git, log: Log) {
    this.#git = git;
    this.#log = log;
  }

  async vet(layout: Layout, signal: AbortSignal): Promise<void> {
    const worktrees = join(layout.gitDir, 'worktrees');
    const files = [
      join(layout.gitDir, 'config'),
      join(layout.gitDir, 'config.worktree'),
      ...(await namesIn(worktrees)).map((name) => join(worktrees, name, 'config.worktree')),
    ];
    for (const file of files) await this.#vetFile(file, layout.root, signal);
  }

  async #vetFile(file: string, cwd: string, signal: AbortSignal): Promise<void> {
    const text = await readFileIfThere(file);
    if (text === undefined || text === this.#vetted.get(file)) return;
    const list = ['config', '--file', file, '--no-includes', '--list', '-z'];
    const entries = parseConfigList(await this.#git.run(list, { cwd, signal }));
    const planted = new Set(entries.filter((entry) => !isExpected(entry)).map(({ key }) => key));
    for (const key of planted) {
      if (unneeded.test(key)) this.#log.info(1, 'removed a setting that is not needed', { file, key });
      else this.#log.error(undefined, 'removed an unexpected setting from the repository', { file, key });
    }
    // Written as a whole: simple-git rightly refuses to touch single settings that name programs.
    if (planted.size > 0) await writeFileAtomic(file, gitConfigFile(entries.filter(isExpected)), { mode: 0o666 });
    this.#vetted.set(file, (await readFileIfThere(file)) ?? '');
  }
}

function isExpected({ key }: GitConfigEntry): boolean {
  return expected.some((pattern) => pattern.test(key));
}

/** What `git config --list -z` prints: the key, a line break and the value; a key alone means true. */
function parseConfigList(text: string): GitConfigEntry[] {
  const lines = text.split('\0').filter((line) => line !== '');
  return lines.map((line) => {
    const [key = '', value = 'true'] = line.split(/\n(.*)/s);
    return { key, value };
  });
}
