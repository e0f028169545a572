import { coalesced } from '@podkit/downward/coalesced';
import { readVolume, watchVolume } from '@podkit/downward/volume';
import { monotone } from './age.ts';
import { type ChangeEvent, ChangeLog, changesBetween } from './changes.ts';
import { createDocument, type Document, type DocumentInputs } from './document.ts';

export type ReaderOptions = DocumentInputs & { poll: number };

/** Follows the volume: holds the newest document and the log of its changes, and tells listeners. */
export class Reader {
  readonly log = new ChangeLog();
  /** Never goes back, so that neither the order of changes nor an age does. */
  readonly now: () => number;
  readonly #options: ReaderOptions;
  readonly #listeners = new Set<(event: ChangeEvent) => void>();
  readonly #waiting = new Set<() => void>();
  #document: Document;

  constructor(options: ReaderOptions) {
    this.now = monotone(options.now ?? Date.now);
    this.#options = { ...options, now: this.now };
    this.#document = createDocument(undefined, this.#options);
  }

  get document(): Document {
    return this.#document;
  }

  /** Read once, then follow. Returns the function that ends it. */
  async start(onError: (error: unknown) => void): Promise<() => void> {
    const { directory, poll } = this.#options;
    this.#document = createDocument(await readVolume(directory), this.#options);
    const refresh = coalesced(() => this.#read().catch(onError));
    return watchVolume(directory, () => void refresh(), { poll });
  }

  onChange(listener: (event: ChangeEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events after `id`; waits up to `wait` milliseconds for one where there is none yet. */
  async changesSince(id: number, wait: number): Promise<ChangeEvent[] | undefined> {
    const now = this.log.since(id);
    if (now === undefined || now.length > 0 || wait <= 0) return now;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        forget();
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, wait);
      const forget = this.onChange(done);
      this.#waiting.add(done);
    });
    return this.log.since(id);
  }

  /** Let those who wait for a change go on with what there is: the service is about to end. */
  release(): void {
    for (const done of this.#waiting) done();
  }

  async #read(): Promise<void> {
    const document = createDocument(await readVolume(this.#options.directory), this.#options, this.#document);
    const changes = changesBetween(this.#document, document);
    this.#document = document;
    if (changes.length === 0) return;
    const event = this.log.add(changes, this.now());
    for (const listener of this.#listeners) listener(event);
  }
}
