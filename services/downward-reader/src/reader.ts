import { readVolume, watchVolume } from '@podkit/downward/volume';
import { type Facts, factsOf } from './facts.ts';

export type ReaderOptions = { directory: string; poll: number; env: Record<string, string | undefined> };

/** Follows the volume: holds the newest facts and tells listeners when they change. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #listeners = new Set<(facts: Facts) => void>();
  #facts: Facts;
  #text = '';
  #reading = false;
  #again = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#facts = factsOf(undefined, options.directory, options.env);
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** Read once, then follow. Returns the function that ends it. */
  async start(onError: (error: unknown) => void): Promise<() => void> {
    await this.#read();
    return watchVolume(this.#options.directory, () => this.refresh(onError), { poll: this.#options.poll });
  }

  /** Read again soon; calls that come while it reads become one more read. */
  refresh(onError: (error: unknown) => void): void {
    this.#again = true;
    if (!this.#reading) this.#readWhileAsked().catch(onError);
  }

  onChange(listener: (facts: Facts) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #readWhileAsked(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#read();
      }
    } finally {
      this.#reading = false;
    }
  }

  async #read(): Promise<void> {
    const { directory, env } = this.#options;
    const facts = factsOf(await readVolume(directory), directory, env);
    const text = JSON.stringify(facts);
    if (text === this.#text) return;
    [this.#facts, this.#text] = [facts, text];
    for (const listener of this.#listeners) listener(facts);
  }
}
