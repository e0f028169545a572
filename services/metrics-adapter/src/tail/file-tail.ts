import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getErrorCode } from '@podkit/chassis/errors';
import type { FileSlots } from './file-slots.ts';
import { OpenFile, type Position } from './open-file.ts';
import { findInode, hasNotChanged, type ParkedFile } from './parked-file.ts';

export type TailEvent = 'opened' | 'rotated' | 'removed' | 'truncated' | 'cut';

export type FileTailOptions = {
  path: string;
  slots: FileSlots;
  /** Where to begin in a file that is there at the start; one that appears later is read from its beginning. */
  from: 'beginning' | 'end';
  /** Where reading of a file, by inode, was left off, by an earlier process or under another name. */
  resume?: (file: { dev: string; ino: string }) => Position | undefined;
  /** The file that an earlier process read at this path: its rest is read wherever it lies now. */
  left?: Position | undefined;
  maxLineBytes: number;
  /** Milliseconds for which a file that was renamed or removed is still read, as its writer may not know yet. */
  rotateWait: number;
  onLine: (line: string, file: OpenFile) => void;
  /** Called for a file that is not read from its beginning, before its first line, with the line it begins with. */
  onFirstLine?: (line: string, file: OpenFile) => void;
  onEvent?: (event: TailEvent) => void;
  /** Whether reading should end, also before the end of a file. */
  enough?: (() => boolean) | undefined;
  /** Awaited after each piece of a file, so that what takes the lines can make reading wait. */
  onPause?: (() => Promise<void>) | undefined;
  /** A file is let go of; `position` is where. */
  onClose?: (position: Position) => void;
};

/**
 * Reads one path as it grows, and whatever takes its place: a file renamed away (read to its end first), a new one, a
 * link pointed elsewhere, the same file truncated. Each line is handed over once.
 */
export class FileTail {
  readonly #options: FileTailOptions;
  #current: OpenFile | undefined;
  #retiring: OpenFile[] = [];
  #parked: ParkedFile | undefined;
  #opened = false;

  constructor(options: FileTailOptions) {
    this.#options = options;
  }

  /** True while the path leads to a file that is being read. */
  get following(): boolean {
    return this.#parked !== undefined || (this.#current !== undefined && this.#current.goneSince === undefined);
  }

  /** True once what the path led to is gone and nothing of it is left to read. */
  get over(): boolean {
    return this.#opened && !this.#parked && this.#current === undefined && this.#retiring.length === 0;
  }

  /** Whether a file is being read here, also under a former name. */
  reads(file: { dev: string; ino: string }): boolean {
    const { dev, ino } = this.#parked?.position ?? {};
    return (dev === file.dev && ino === file.ino) || [this.#current, ...this.#retiring].some((open) => open?.is(file));
  }

  /**
   * Read what is new. Must not be called again before it is done.
   *
   * @throws what the system says, such as EACCES; the next call tries again
   */
  async poll(): Promise<void> {
    for (const file of this.#retiring) await file.drain();
    const isUnchanged = this.#parked !== undefined && (await hasNotChanged(this.#parked, this.#options.path));
    if (!isUnchanged) this.#current ??= await this.#open();
    if (this.#current !== undefined) {
      await this.#current.drain();
      await this.#follow(this.#current);
    }
    await this.#retire();
    await this.#park();
  }

  /** Close; with `flush` a last line without an end is handed over before. */
  async close({ flush }: { flush: boolean }): Promise<void> {
    for (const file of [...this.#retiring, this.#current]) if (file) await this.#close(file, flush);
    this.#retiring = [];
    this.#current = undefined;
    this.#options.slots.giveUp(this);
    if (this.#parked) this.#options.onClose?.(this.#parked.position);
    this.#parked = undefined;
  }

  async #open(): Promise<OpenFile | undefined> {
    const { path, slots, resume, from, onFirstLine, onEvent } = this.#options;
    if (!slots.take(this)) return undefined;
    const [first, parked] = [!this.#opened, this.#parked];
    this.#opened = true;
    const file = await this.#openPath(path).catch((error: unknown) => {
      slots.free();
      throw error;
    });
    if (file === undefined) slots.free();
    this.#parked = undefined;
    const left = parked?.position ?? (first ? this.#options.left : undefined);
    if (left !== undefined && !file?.is(left)) await this.#finish(left, parked?.directory ?? dirname(path));
    if (file === undefined) return undefined;
    const back = parked !== undefined && file.is(parked.position);
    const position = back ? parked.position : resume?.(file);
    if (position !== undefined) await file.resume(position);
    else if (first && from === 'end') await file.skipToEnd();
    const line = file.atStart || onFirstLine === undefined ? undefined : await file.firstLine();
    if (line !== undefined) onFirstLine?.(line, file);
    if (!back) onEvent?.('opened');
    return file;
  }

  /** Let the file go where others wait for their turn. */
  async #park(): Promise<void> {
    const { path, slots } = this.#options;
    const file = this.#current;
    if (file === undefined || file.goneSince !== undefined || !slots.crowded) return;
    const directory = dirname(await realpath(path).catch(() => path));
    this.#current = undefined;
    this.#parked = { position: file.position, seen: file.seen, directory };
    await file.close({ flush: false }).finally(() => slots.free());
  }

  async #openPath(path: string): Promise<OpenFile | undefined> {
    try {
      return await OpenFile.open({ ...this.#options, path });
    } catch (error) {
      if (getErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The file may have been rotated while nobody watched: then its rest is read where it lies now. */
  async #finish(position: Position, directory: string): Promise<void> {
    const path = await findInode(directory, position);
    const old = path === undefined ? undefined : await this.#openPath(path);
    if (old === undefined) return;
    this.#options.slots.takeAnyway();
    await old.resume(position);
    old.goneSince = performance.now();
    this.#retiring.push(old);
    await old.drain();
  }

  async #follow(file: OpenFile): Promise<void> {
    const now = await stat(this.#options.path, { bigint: true }).catch((error: unknown) => {
      if (getErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (now !== undefined && file.is({ dev: String(now.dev), ino: String(now.ino) })) {
      file.goneSince = undefined;
      return;
    }
    file.goneSince ??= performance.now();
    if (now === undefined) return;
    // A link may be pointed back at a file that is still being read.
    const back = this.#retiring.find((other) => other.is({ dev: String(now.dev), ino: String(now.ino) }));
    this.#retiring = [...this.#retiring.filter((other) => other !== back), file];
    if (back) back.goneSince = undefined;
    this.#current = back;
    this.#options.onEvent?.('rotated');
    this.#current ??= await this.#open();
    await this.#current?.drain();
  }

  /** Let go of files that have been away for long enough. */
  async #retire(): Promise<void> {
    const over = ({ goneSince }: OpenFile) =>
      goneSince !== undefined && performance.now() - goneSince >= this.#options.rotateWait;
    for (const file of this.#retiring.filter(over)) {
      this.#retiring = this.#retiring.filter((other) => other !== file);
      await this.#close(file, true);
    }
    const current = this.#current;
    if (current === undefined || !over(current)) return;
    this.#current = undefined;
    await this.#close(current, true);
    this.#options.onEvent?.('removed');
  }

  async #close(file: OpenFile, flush: boolean): Promise<void> {
    await file.close({ flush }).finally(() => this.#options.slots.free());
    this.#options.onClose?.(file.position);
  }
}
