import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getErrorCode } from '@podkit/chassis/errors';
import type { FileSlots } from './file-slots.ts';
import { OpenFile, type OpenFileOptions, type Position } from './open-file.ts';
import { findInode, hasNotChanged, type ParkedFile } from './parked-file.ts';

export type TailEvent = 'opened' | 'rotated' | 'removed' | 'truncated' | 'cut';

export type FileTailOptions = Omit<OpenFileOptions, 'onEvent'> & {
  slots: FileSlots;
  /** Where reading begins in a file that exists at the start. A later file is read from its beginning. */
  from: 'beginning' | 'end';
  /** The position in a file, by inode, at which an earlier process or another reader stopped. */
  resume: (file: { dev: string; ino: string }) => Position | undefined;
  /** The file that an earlier process read at this path. Its rest is read even if it was renamed. */
  left: Position | undefined;
  /** Milliseconds for which a renamed or removed file is still read, since its writer may still have it open. */
  rotateWait: number;
  /** Called with the first line of a file that is read from a later position. */
  onFirstLine?: ((line: string, file: OpenFile) => void) | undefined;
  onEvent: (event: TailEvent) => void;
  /** Called when a file is closed, with the position. */
  onClose: (position: Position) => void;
};

/**
 * Reads the file at a path as it grows, and follows its rotation: a renamed file is read to its end before the new one, a
 * link may change its target, and the file may be truncated. Each line is passed on once.
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

  /** Whether the path leads to a file that is being read. */
  get following(): boolean {
    return this.#parked !== undefined || (this.#current !== undefined && this.#current.goneSince === undefined);
  }

  /** Whether the file is gone and read to its end. */
  get over(): boolean {
    return this.#opened && !this.#parked && this.#current === undefined && this.#retiring.length === 0;
  }

  /** Whether a file is being read here, even under a former name. */
  reads(file: { dev: string; ino: string }): boolean {
    const { dev, ino } = this.#parked?.position ?? {};
    return (dev === file.dev && ino === file.ino) || [this.#current, ...this.#retiring].some((open) => open?.is(file));
  }

  /**
   * Read what is new. Must not be called again before it is done.
   *
   * @throws the error of the system, such as EACCES; the next call tries again
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

  /** Close. With `flush` a last line without a newline is passed on before. */
  async close({ flush }: { flush: boolean }): Promise<void> {
    for (const file of [...this.#retiring, this.#current]) if (file) await this.#close(file, flush);
    this.#retiring = [];
    this.#current = undefined;
    this.#options.slots.giveUp(this);
    if (this.#parked) this.#options.onClose(this.#parked.position);
    this.#parked = undefined;
  }

  async #open(): Promise<OpenFile | undefined> {
    const { path, slots, resume, from, onFirstLine, onEvent } = this.#options;
    if (!slots.take(this)) return undefined;
    const first = !this.#opened;
    const parked = this.#parked;
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
    const position = back ? parked.position : resume(file);
    if (position !== undefined) await file.resume(position);
    else if (first && from === 'end') await file.skipToEnd();
    const line = file.atStart || onFirstLine === undefined ? undefined : await file.firstLine();
    if (line !== undefined) onFirstLine?.(line, file);
    if (!back) onEvent('opened');
    return file;
  }

  /** Close the file for a while if other readers wait for a slot. */
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

  /** Read the rest of a file that was rotated while it was not open. */
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
    // A link may lead again to a file that is still being read.
    const back = this.#retiring.find((other) => other.is({ dev: String(now.dev), ino: String(now.ino) }));
    this.#retiring = [...this.#retiring.filter((other) => other !== back), file];
    if (back) back.goneSince = undefined;
    this.#current = back;
    this.#options.onEvent('rotated');
    this.#current ??= await this.#open();
    await this.#current?.drain();
  }

  /** Close files whose time after the rotation is over. */
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
    this.#options.onEvent('removed');
  }

  async #close(file: OpenFile, flush: boolean): Promise<void> {
    await file.close({ flush }).finally(() => this.#options.slots.free());
    this.#options.onClose(file.position);
  }
}
