import type { Writable } from 'node:stream';
import { getHeapStatistics } from 'node:v8';
import { PodkitError } from '@podkit/chassis/errors';
import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from 'cockatiel';
import type { Family } from '../series/family.ts';
import { type ContentCoding, contentType, type ExpositionFormat } from './negotiate.ts';
import { createPageStream } from './respond.ts';

/** Maximum number of pages that are rendered at the same time. */
const maxPages = 8;
/** Maximum number of requests that wait to be rendered; further requests get 503. */
const maxWaitingPages = 64;
/** Pages that are being sent may take 1 / share of the heap. */
const share = 4;

export type PageFormat = { format: ExpositionFormat; coding: ContentCoding };

/**
 * Renders pages. Concurrent requests for the same format share one rendering and its bytes. The number of renderings is
 * bounded, and so is the memory of pages that readers have not finished.
 */
export class Pages {
  readonly #bulkhead: BulkheadPolicy = bulkhead(maxPages, maxWaitingPages);
  readonly #running = new Map<string, Promise<Buffer>>();
  readonly #readers = new Map<Pick<Writable, 'destroy'>, Buffer>();
  readonly #maxBytes: number;

  constructor(heap = getHeapStatistics().heap_size_limit) {
    this.#maxBytes = heap / share;
  }

  /** @throws {PodkitError} ERR_OVERLOADED if too many requests wait */
  async render({ format, coding }: PageFormat, key: string, gather: () => Promise<Family[]>): Promise<Buffer> {
    const name = `${key} ${contentType(format)} ${coding}`;
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const page = this.#bulkhead
      .execute(async () => Buffer.concat(await createPageStream(await gather(), format, coding).toArray()))
      .catch((cause: unknown) => {
        if (!(cause instanceof BulkheadRejectedError)) throw cause;
        throw new PodkitError('ERR_OVERLOADED', 'too many scrapes and probes at the same time; try again', { cause });
      })
      .finally(() => this.#running.delete(name));
    this.#running.set(name, page);
    return page;
  }

  /** Call when a page is sent to a reader. If the unfinished pages take too much memory, the oldest reader is disconnected. */
  sending(page: Buffer, reader: Pick<Writable, 'once' | 'destroy'>): void {
    this.#readers.set(reader, page);
    reader.once('close', () => this.#readers.delete(reader));
    for (const oldest of this.#readers.keys()) {
      const pages = [...new Set(this.#readers.values())];
      if (oldest === reader || pages.reduce((sum, { length }) => sum + length, 0) <= this.#maxBytes) return;
      this.#readers.delete(oldest);
      oldest.destroy();
    }
  }
}
