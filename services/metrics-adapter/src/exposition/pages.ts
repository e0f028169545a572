import { PodkitError } from '@podkit/chassis/errors';
import { type BulkheadPolicy, BulkheadRejectedError, bulkhead } from 'cockatiel';
import type { Family } from '../series/family.ts';
import { type ContentCoding, contentType, type Format } from './negotiate.ts';
import { encodedStream } from './respond.ts';

/** Pages that are held for readers at once; the bytes of one are shared by all who read it. */
const mostPages = 8;
/** Requests that may wait for one of those; with more the answer is 503. */
const mostWaiting = 64;

export type Wanted = { format: Format; coding: ContentCoding };

/**
 * Renders pages. Those who ask for the same format while one is being made get that one, so that many scrapers cost one
 * rendering and one copy of its bytes; work and memory are bounded however many ask.
 */
export class Pages {
  readonly #bulkhead: BulkheadPolicy = bulkhead(mostPages, mostWaiting);
  readonly #running = new Map<string, Promise<Buffer>>();

  /** @throws {PodkitError} ERR_OVERLOADED where too many ask at once */
  async render({ format, coding }: Wanted, key: string, gather: () => Promise<Family[]>): Promise<Buffer> {
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
