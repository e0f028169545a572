import { dirname, join, resolve } from 'node:path';
import { PodkitError } from '@podkit/chassis/errors';
import { writeFileAtomic } from '@podkit/chassis/files/atomic-file';
import { listNames, lstatIfThere, readFileIfThere, readlinkIfThere } from './files.ts';
import { copyClaim, type Layout } from './layout.ts';
import type { Publisher } from './link-publisher.ts';
import { mirror } from './mirror.ts';
import type { Tree } from './worktree.ts';

export type CopyOptions = {
  layout: Layout;
  /** A link to the tree that was copied; it moves after the copy is complete. */
  marker: Publisher;
  /** Whether files that are there at first may be deleted. */
  wipe: boolean;
};

/** The path of `marker`, beside the checkouts. */
export function copyMarker(layout: Layout): string {
  return join(layout.worktrees, '.copied');
}

/** Whether the link is ours, from before `--publish` was changed. */
async function isOurLink({ link, worktrees }: Layout): Promise<boolean> {
  const target = await readlinkIfThere(link);
  return target !== undefined && resolve(dirname(link), target).startsWith(`${worktrees}/`);
}

/** Publishes into a plain directory, for consumers that can't follow a symlink (subPath mounts, web servers). */
export class CopyPublisher implements Publisher {
  readonly #options: CopyOptions;

  constructor(options: CopyOptions) {
    this.#options = options;
  }

  async current(): Promise<Tree | undefined> {
    const there = await lstatIfThere(this.#options.layout.link);
    return there?.isDirectory() ? this.#options.marker.current() : undefined;
  }

  async publish(tree: Tree, signal: AbortSignal): Promise<void> {
    const { layout, marker } = this.#options;
    await this.#claim();
    await mirror(tree.path, layout.link, signal);
    await marker.publish(tree, signal);
  }

  /** The directory must be empty at first. From then on we may delete what is in it. */
  async #claim(): Promise<void> {
    const { layout, wipe } = this.#options;
    const claim = copyClaim(layout.worktrees);
    if ((await readFileIfThere(claim)) === layout.link) return;
    const there = await lstatIfThere(layout.link);
    const empty = there === undefined || (there.isDirectory() && (await listNames(layout.link)).length === 0);
    if (!empty && !wipe && !(await isOurLink(layout)))
      throw new PodkitError(
        'ERR_LINK_FOREIGN',
        `--link=${layout.link}: contains files that git-sync did not make; remove them, or allow deleting them with --wipe-root`,
      );
    await writeFileAtomic(claim, layout.link);
  }
}
