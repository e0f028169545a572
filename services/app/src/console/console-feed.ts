import type { EventStreams } from '@podkit/chassis/http/sse';
import type { NewEntries } from './history.ts';

/** Minimum time between two events, in milliseconds. */
const minInterval = 200;
/** Maximum time between two events, in milliseconds. A page calls itself stale after 5 s without one. */
const maxInterval = 1000;

export type FeedSources = {
  stream: Pick<EventStreams, 'size' | 'publish'>;
  document: () => Record<string, unknown>;
  added: NewEntries;
};

/**
 * Sends the changed parts of the console's document and the new entries of the history to the streams: soon after a
 * change, and once a second without a change, so that a page notices when this process hangs.
 */
export class ConsoleFeed {
  readonly #sources: FeedSources;
  readonly #timer: NodeJS.Timeout;
  readonly #sentParts = new Map<string, string>();
  #changed = false;
  #sentAt = 0;

  constructor(sources: FeedSources) {
    this.#sources = sources;
    this.#timer = setInterval(() => this.#sendWhenDue(), minInterval);
    this.#timer.unref();
  }

  /** Report that something in the document has changed. */
  touch(): void {
    this.#changed = true;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#send();
  }

  #sendWhenDue(): void {
    if (this.#changed || performance.now() - this.#sentAt >= maxInterval) this.#send();
  }

  #send(): void {
    const { stream, document, added } = this.#sources;
    this.#changed = false;
    this.#sentAt = performance.now();
    // Taken even while no page is open, since the next page begins with the whole history.
    const news = added.take();
    if (stream.size === 0) return;
    stream.publish({ event: 'update', data: { ...this.#changedParts(document()), added: news } });
  }

  /** Every page begins with the whole document, so a part that was sent before never has to be sent again. */
  #changedParts(document: Record<string, unknown>): Record<string, unknown> {
    const changed: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(document)) {
      const text = JSON.stringify(part) ?? 'null';
      if (this.#sentParts.get(name) === text) continue;
      this.#sentParts.set(name, text);
      changed[name] = part ?? null;
    }
    return changed;
  }
}
