import { watchFiles } from '@podkit/chassis/files/watch-files';
import { resolveRevision } from './revision.ts';

export type Published = { commit: string | undefined; publishedAt: number };

/** Watches which commit is published. `publishedAt` is when this process first saw it. */
export class SiteWatch {
  readonly #link: string;
  readonly #listeners: ((published: Published) => void)[] = [];
  readonly #stop: () => void;
  #root: string | undefined;
  #published: Published | undefined;

  constructor(link: string, { poll = 2000 }: { poll?: number } = {}) {
    this.#link = link;
    this.check();
    // `onCheck`, since the watcher reports no change for what exists at the start, and the first sync counts here.
    this.#stop = watchFiles([link], () => undefined, { poll, onCheck: () => this.check() });
  }

  /** What is published now; undefined before the first sync. */
  get published(): Published | undefined {
    return this.#published;
  }

  onChange(listener: (published: Published) => void): void {
    this.#listeners.push(listener);
  }

  stop(): void {
    this.#stop();
  }

  /** Check which commit is published. */
  check(): Published | undefined {
    const revision = resolveRevision(this.#link);
    if (revision?.root === this.#root) return this.#published;
    this.#root = revision?.root;
    this.#published = revision && { commit: revision.commit, publishedAt: Date.now() };
    if (this.#published !== undefined) for (const listener of this.#listeners) listener(this.#published);
    return this.#published;
  }
}
