import { PodkitError } from '@podkit/chassis/errors';
import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from 'cockatiel';
import type { Family } from '../series/family.ts';
import { type ContentCoding, contentType, type Format } from './negotiate.ts';
import { encodedStream } from './respond.ts';

/** Pages that are rendered at once. */
const mostPages = 8;
/** Requests that may wait for that; beyond them the answer is 503. */
const mostWaiting = 64;

export type PageFormat = { format: Format; coding: ContentCoding };

/**
 * Renders pages. Concurrent requests for the same format share one rendering and its bytes. The number of renderings is
 * bounded.
 */
export class Pages {
  readonly #bulkhead: BulkheadPolicy = bulkhead(mostPages, mostWaiting);
  readonly #running = new Map<string, Promise<Buffer>>();

  /** @throws {PodkitError} ERR_OVERLOADED if too many requests wait */
  async render({ format, coding }: PageFormat, key: string, gather: () => Promise<Family[]>): Promise<Buffer> {
    const name = `${key} ${contentType(format)} ${coding}`;
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const page = this.#bulkhead
      .execute(async () => Buffer.concat(await encodedStream(await gather(), format, coding).toArray()))
      .catch((cause: unknown) => {
        if (!(cause instanceof BulkheadRejectedError)) throw cause;
        throw new PodkitError('ERR_OVERLOADED', 'too many scrapes and probes at once; try again', { cause });
      })
      .finally(() => this.#running.delete(name));
    this.#running.set(name, page);
    return page;
  }
}
