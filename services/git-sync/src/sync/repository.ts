import { join } from 'node:path';
import { describeError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { gitConfigFile } from '../git/config-text.ts';
import type { Git } from '../git/git.ts';
import type { Log } from '../log/log.ts';
import { ProcessError } from '../process/process-error.ts';
import { lstatIfThere, readFileIfThere } from './files.ts';
import type { Layout } from './layout.ts';
import { LocalConfig } from './local-config.ts';
import { removeStaleLocks } from './locks.ts';
import { discardRepository, sweepLeftovers } from './root.ts';

export type RepositoryOptions = {
  layout: Layout;
  git: Git;
  log: Log;
  /** The address without secrets; it also becomes `origin`, against which relative submodules are resolved. */
  repo: string;
  ref: string;
  depth: number;
  filter: string | undefined;
};

/** The result of a fetch: the commit, and the object that the ref names; for an annotated tag that is the tag object. */
export type Fetched = { hash: string; object: string };

const fetchOptions = ['--no-progress', '--no-tags', '--no-auto-gc', '--no-recurse-submodules'];

/**
 * git can't ask for a ref without taking its objects. Without `--depth`, which costs a second round trip, a shallow
 * repository would get all history of a branch that was merged. With these settings git fails at its first object.
 */
const takeNothing = [
  { key: 'fetch.unpackLimit', value: '1' },
  { key: 'pack.indexVersion', value: '99' },
];

/** The repository in the root. */
export class Repository {
  readonly #options: RepositoryOptions;
  readonly #config: LocalConfig;

  constructor(options: RepositoryOptions) {
    this.#options = options;
    this.#config = new LocalConfig(options.git, options.log);
  }

  /** Remove what a crash left, and make a new repository when this one is missing or damaged. */
  async recover(signal: AbortSignal): Promise<void> {
    const { layout, log } = this.#options;
    await sweepLeftovers(layout);
    const locks = await removeStaleLocks(layout.gitDir);
    if (locks.length > 0) log.info(0, 'removed stale lock files', { paths: locks.slice(0, 20) });
    if (await this.#isHealthy(signal)) await this.#setOrigin(signal);
    else await this.#initialize('sha1', signal);
  }

  /** Remove unexpected settings from the repository's configuration, if it changed since the last call. */
  cleanConfig(signal: AbortSignal): Promise<void> {
    return this.#config.clean(this.#options.layout, signal);
  }

  /**
   * The object that the ref names now; undefined when it is not here yet. Only this ref is asked for: with protocol v2
   * that is one round trip, however many refs there are.
   */
  async findTip(signal: AbortSignal): Promise<string | undefined> {
    const { git, ref, layout } = this.#options;
    const args = ['fetch', ...fetchOptions, '--end-of-options', this.#source, ref];
    try {
      await git.run(args, { cwd: layout.root, signal, settings: takeNothing });
    } catch (error) {
      // git's index-pack and the fetch that started it print this. If the cause is another one, the next fetch reports it.
      if (/pack\.indexversion|index-pack/i.test(describeError(error))) return undefined;
      throw error;
    }
    return (await readFileIfThere(join(layout.gitDir, 'FETCH_HEAD')))?.split('\t', 1)[0] ?? '';
  }

  /** Fetch the ref with the history and filter that the settings ask for. */
  async fetch(signal: AbortSignal): Promise<Fetched> {
    try {
      return await this.#fetch(signal);
    } catch (error) {
      const [, format] = /mismatched algorithms: client \w+; server (\w+)/.exec(describeError(error)) ?? [];
      if (format === undefined) throw error;
      // Only the remote's response tells whether it uses SHA-1 or SHA-256.
      await this.#initialize(format, signal);
      return this.#fetch(signal);
    }
  }

  /**
   * What to fetch from: the address, since the program of `--git` may search its arguments for it, as with upstream. A
   * partial clone needs the name of a remote: git fetches missing objects from it later.
   */
  get #source(): string {
    const { repo, filter } = this.#options;
    return filter === undefined ? repo : 'origin';
  }

  async #fetch(signal: AbortSignal): Promise<Fetched> {
    const { ref, depth, filter, layout } = this.#options;
    const shallow = (await lstatIfThere(join(layout.gitDir, 'shallow'))) !== undefined;
    const history = depth > 0 ? [`--depth=${depth}`] : shallow ? ['--unshallow'] : [];
    const partial = filter === undefined ? [] : [`--filter=${filter}`];
    await this.#git(['fetch', ...fetchOptions, ...history, ...partial, '--end-of-options', this.#source, ref], signal);
    const [hash = '', object = ''] = (
      await this.#git(['rev-parse', 'FETCH_HEAD^{commit}', 'FETCH_HEAD'], signal)
    ).split('\n');
    return { hash, object };
  }

  /** Set the repository's HEAD, so that the next fetch gets only the difference. */
  async setHead(hash: string, signal: AbortSignal): Promise<void> {
    await this.#git(['update-ref', 'HEAD', hash], signal);
  }

  async #initialize(format: string, signal: AbortSignal): Promise<void> {
    const { layout, log } = this.#options;
    await discardRepository(layout);
    log.info(0, 'initializing repo directory', { path: layout.root });
    await this.#git(['init', '-b', 'git-sync', `--object-format=${format}`, layout.root], signal);
    await this.#setOrigin(signal);
  }

  async #isHealthy(signal: AbortSignal): Promise<boolean> {
    const { layout, log } = this.#options;
    if ((await lstatIfThere(layout.gitDir))?.isDirectory() !== true) return false;
    try {
      await this.cleanConfig(signal);
      if ((await this.#git(['rev-parse', '--absolute-git-dir'], signal)) !== layout.gitDir) return false;
      await this.#git(['fsck', '--no-progress', '--connectivity-only'], signal);
      return true;
    } catch (error) {
      if (!isCorruption(error)) throw error;
      log.error(error, 'the repository is damaged and will be fetched again; the published tree stays');
      return false;
    }
  }

  /** For a new repository the file is written directly, which saves a call of git. */
  async #setOrigin(signal: AbortSignal): Promise<void> {
    const { layout, repo } = this.#options;
    const file = join(layout.gitDir, 'config');
    const text = (await readFileIfThere(file)) ?? '';
    if (!text.includes('[remote "origin"]')) {
      const origin = gitConfigFile([{ key: 'remote.origin.url', value: repo }]);
      return writeFileAtomic(file, `${text}${origin}`, { mode: 0o666 });
    }
    const now = await this.#git(['config', '--default', '', '--get', 'remote.origin.url'], signal);
    if (now !== repo) await this.#git(['config', '--replace-all', 'remote.origin.url', repo], signal);
  }

  #git(args: readonly string[], signal: AbortSignal): Promise<string> {
    return this.#options.git.run(args, { cwd: this.#options.layout.root, signal });
  }
}

/** Whether git failed because of the repository, and not because of disk space, permissions or memory. */
function isCorruption(error: unknown): boolean {
  if (!(error instanceof ProcessError) || error.exitCode === null) return false;
  const otherCauses =
    /permission denied|dubious ownership|no space left|too many open files|cannot allocate|read-only/i;
  return !otherCauses.test(error.stderr);
}
