import { join } from 'node:path';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { gitConfigFile } from '../git/config-text.ts';
import type { Git, Step } from '../git/git.ts';
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
  step: Step;
  /** The address without secrets; it also becomes `origin`, against which relative submodules are resolved. */
  repo: string;
  ref: string;
  depth: number;
  filter: string | undefined;
};

/** The repository below the root: made, checked, repaired and fetched into. */
export class Repository {
  readonly #options: RepositoryOptions;
  readonly #config: LocalConfig;

  constructor(options: RepositoryOptions) {
    this.#options = options;
    this.#config = new LocalConfig(options.git, options.log);
  }

  /** Bring the repository into a state in which fetching can work, whatever a crash or a stranger left behind. */
  async recover(signal: AbortSignal): Promise<void> {
    const { layout, log, step } = this.#options;
    await sweepLeftovers(layout);
    step('leftovers swept');
    const locks = await removeStaleLocks(layout.gitDir);
    if (locks.length > 0) log.info(0, 'removed what a killed git left', { paths: locks.slice(0, 20) });
    step('locks removed');
    if (!(await this.#isHealthy(signal))) {
      await discardRepository(layout);
      step('repository discarded');
      log.info(0, 'initializing repo directory', { path: layout.root });
      await this.#git(['init', '-b', 'git-sync', layout.root], signal);
    }
    await this.#setOrigin(signal);
    step('repository ready');
  }

  /** Take planted settings out of the repository's configuration, when it changed since the last look. */
  vetConfig(signal: AbortSignal): Promise<void> {
    return this.#config.vet(this.#options.layout, signal);
  }

  /**
   * The hash at which the ref stands now, without fetching: one process and one round trip. Undefined when the remote
   * has no such ref, or it is an annotated tag that the remote does not peel.
   */
  async remoteHash(signal: AbortSignal): Promise<string | undefined> {
    const { ref } = this.#options;
    // git's own order of meanings: https://git-scm.com/docs/gitrevisions#_specifying_revisions
    const names = [ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
    const patterns = names.flatMap((name) => [name, `${name}^{}`]);
    const text = await this.#git(['ls-remote', '--quiet', 'origin', ...patterns], signal);
    const refs = new Map(text.split('\n').map((line) => line.split('\t').toReversed() as [string, string]));
    const found = names.find((name) => refs.has(name));
    return found === undefined ? undefined : (refs.get(`${found}^{}`) ?? refs.get(found));
  }

  /** Fetch the ref. Gives the commit it stands for, and the object it names, which differs for annotated tags. */
  async fetch(signal: AbortSignal): Promise<{ hash: string; object: string }> {
    const { ref, depth, filter, layout } = this.#options;
    const shallow = (await lstatIfThere(join(layout.gitDir, 'shallow'))) !== undefined;
    const history = depth > 0 ? [`--depth=${depth}`] : shallow ? ['--unshallow'] : [];
    const partial = filter === undefined ? [] : [`--filter=${filter}`];
    const options = ['--no-progress', '--no-tags', '--no-auto-gc', ...history, ...partial, '--end-of-options'];
    await this.#git(['fetch', ...options, 'origin', ref], signal);
    const [hash = '', object = ''] = (
      await this.#git(['rev-parse', 'FETCH_HEAD^{commit}', 'FETCH_HEAD'], signal)
    ).split('\n');
    return { hash, object };
  }

  /** Remember the commit as the repository's HEAD: the next fetch then asks for the difference only. */
  async setHead(hash: string, signal: AbortSignal): Promise<void> {
    await this.#git(['update-ref', 'HEAD', hash], signal);
  }

  async #isHealthy(signal: AbortSignal): Promise<boolean> {
    const { layout, log } = this.#options;
    if ((await lstatIfThere(layout.gitDir))?.isDirectory() !== true) return false;
    try {
      await this.vetConfig(signal);
      if ((await this.#git(['rev-parse', '--absolute-git-dir'], signal)) !== layout.gitDir) return false;
      await this.#git(['fsck', '--no-progress', '--connectivity-only'], signal);
      return true;
    } catch (error) {
      if (!isCorruption(error)) throw error;
      log.error(error, 'the repository is damaged and will be fetched anew; what is published stays');
      return false;
    }
  }

  /** The address goes to a new repository's file directly: what it holds is known, and this saves a git. */
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

/** Whether git ended by itself with a complaint about the repository, and not about its surroundings. */
function isCorruption(error: unknown): boolean {
  if (!(error instanceof ProcessError) || error.exitCode === null) return false;
  const surroundings =
    /permission denied|dubious ownership|no space left|too many open files|cannot allocate|read-only/i;
  return !surroundings.test(error.stderr);
}
