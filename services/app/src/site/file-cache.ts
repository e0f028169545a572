/** The least recently used go first once the bytes exceed the budget. */
export class FileCache<File extends { bytes: number }> {
  readonly #files = new Map<string, File>();
  readonly #budget: number;
  #used = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  get(key: string): File | undefined {
    const file = this.#files.get(key);
    if (file === undefined) return undefined;
    this.#files.delete(key);
    this.#files.set(key, file);
    return file;
  }

  set(key: string, file: File): void {
    if (file.bytes > this.#budget) return;
    this.delete(key);
    this.#files.set(key, file);
    this.#used += file.bytes;
    for (const [oldest] of this.#files) {
      if (this.#used <= this.#budget) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#used -= this.#files.get(key)?.bytes ?? 0;
    this.#files.delete(key);
  }

  clear(): void {
    this.#files.clear();
    this.#used = 0;
  }
}
