import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { codeOf } from '@podkit/chassis/errors';
import { contentTypeOf } from './content-type.ts';
import { acceptedVariants, type Variant } from './encoding.ts';
import { FileCache } from './file-cache.ts';
import { type Revision, resolveRevision } from './revision.ts';
import { isHidden } from './site-path.ts';

/** What a response about a file says of it. */
export type FileFacts = {
  commit: string | undefined;
  etag: string;
  type: string;
  encoding: string | undefined;
  size: number;
  /** As an HTTP date. */
  modified: string;
};

/** A file ready to be sent. The receiver of a `handle` must close it. */
export type SiteFile = FileFacts & ({ content: Buffer } | { handle: FileHandle });

export type Found =
  | { kind: 'file'; file: SiteFile }
  | { kind: 'directory' }
  | { kind: 'missing'; commit: string | undefined }
  | { kind: 'unpublished' };

type Cached = FileFacts & { content: Buffer; bytes: number };

/** Files up to this size are kept in memory, as long as the commit lives: a worktree never changes. */
const smallFile = 1024 * 1024;

/** The published site: every `find` resolves the link once and answers from that one commit. */
export class Site {
  readonly link: string;
  readonly #cache: FileCache<Cached>;
  #cachedRoot = '';

  constructor({ link, cacheBytes }: { link: string; cacheBytes: number }) {
    this.link = link;
    this.#cache = new FileCache(cacheBytes);
  }

  get revision(): Revision | undefined {
    return resolveRevision(this.link);
  }

  /** What `find` would find, where it is in memory: at once, since most requests are for such a file. */
  remembered(path: string, acceptEncoding: string | undefined): SiteFile | undefined {
    const revision = this.revision;
    return revision && this.#cached(revision, fileOf(path), acceptedVariants(acceptEncoding));
  }

  /** Look up a path as `sitePath` gives it; one that ends in `/` (or is empty) means that folder's index.html. */
  async find(path: string, acceptEncoding: string | undefined): Promise<Found> {
    const revision = this.revision;
    if (revision === undefined) return { kind: 'unpublished' };
    const found = await this.#findIn(revision, path, acceptEncoding);
    if (found.kind !== 'missing') return found;
    // The worktree may have been removed between the look at the link and the open: then, once, the new one counts.
    const later = this.revision;
    if (later === undefined) return { kind: 'unpublished' };
    return later.root === revision.root ? found : this.#findIn(later, path, acceptEncoding);
  }

  async #findIn(revision: Revision, path: string, acceptEncoding: string | undefined): Promise<Found> {
    const file = fileOf(path);
    const accepted = acceptedVariants(acceptEncoding);
    const cached = this.#cached(revision, file, accepted);
    if (cached !== undefined) return { kind: 'file', file: cached };
    const key = keyOf(file, accepted);
    for (const { suffix, encoding } of accepted) {
      const variant = await openInside(revision.root, file + suffix);
      if (variant === undefined || variant === 'directory') continue;
      return { kind: 'file', file: await this.#ready(revision, file, encoding, key, variant) };
    }
    const plain = await openInside(revision.root, file);
    if (plain === undefined) return { kind: 'missing', commit: revision.commit };
    if (plain === 'directory') return { kind: 'directory' };
    return { kind: 'file', file: await this.#ready(revision, file, undefined, key, plain) };
  }

  #cached(revision: Revision, file: string, accepted: readonly Variant[]): Cached | undefined {
    if (revision.commit === undefined) return undefined;
    if (this.#cachedRoot !== revision.root) {
      this.#cache.clear();
      this.#cachedRoot = revision.root;
    }
    return this.#cache.get(keyOf(file, accepted));
  }

  async #ready(
    revision: Revision,
    path: string,
    encoding: string | undefined,
    key: string,
    { handle, stats }: OpenFile,
  ): Promise<SiteFile> {
    const { commit } = revision;
    const size = stats.size;
    const facts = {
      commit,
      type: contentTypeOf(path),
      encoding,
      size,
      etag: etagOf(commit, path, encoding, stats),
      modified: stats.mtime.toUTCString(),
    };
    if (commit === undefined || size > smallFile) return { ...facts, handle };
    try {
      const content = await handle.readFile();
      const file = { ...facts, content, bytes: content.length };
      if (this.#cachedRoot === revision.root) this.#cache.set(key, file);
      return file;
    } finally {
      await handle.close();
    }
  }
}

const fileOf = (path: string): string => (path === '' || path.endsWith('/') ? `${path}index.html` : path);

const keyOf = (file: string, accepted: readonly Variant[]): string =>
  `${accepted.map(({ encoding }) => encoding).join()} ${file}`;

/**
 * A commit's file never changes, so commit and path make a strong tag that is the same on every replica. Without a
 * commit size and time must do, which can't tell two edits within one tick apart: a weak tag.
 */
function etagOf(commit: string | undefined, path: string, encoding: string | undefined, stats: Stats): string {
  const identity = commit === undefined ? [stats.ino, stats.size, stats.mtimeMs] : [commit];
  const hash = createHash('sha256').update([...identity, path, encoding ?? ''].join('\0'));
  return `${commit === undefined ? 'W/' : ''}"${hash.digest('base64url').slice(0, 27)}"`;
}

type OpenFile = { handle: FileHandle; stats: Stats };

/** Open a regular file whose real path is inside `root` and not hidden; undefined where there is none such. */
async function openInside(root: string, path: string): Promise<OpenFile | 'directory' | undefined> {
  try {
    const real = await realpath(join(root, path));
    const inside = relative(root, real);
    if (isHidden(inside.split(sep))) return undefined;
    // Without O_NONBLOCK a fifo in the repository would hold a thread until someone writes to it.
    const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, stats };
    await handle.close();
    return stats.isDirectory() ? 'directory' : undefined;
  } catch (error) {
    if (notThere.has(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

const notThere = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'EISDIR', 'ENXIO']);
