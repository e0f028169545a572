/** What was written under each key: every value that was tried since the last one that was acknowledged, and that one. */
export class Written {
  readonly #possible = new Map<string, { values: Set<string>; acknowledged: boolean }>();
  acknowledged = 0;

  get keys(): string[] {
    return [...this.#possible.keys()];
  }

  /** Write a value; what fails may have been written or not. One writer for a key at a time. */
  async write(key: string, value: string, write: () => Promise<boolean>): Promise<void> {
    const entry = this.#possible.get(key) ?? { values: new Set<string>(), acknowledged: false };
    this.#possible.set(key, entry);
    entry.values.add(value);
    if (!(await write())) return;
    this.acknowledged += 1;
    this.#possible.set(key, { values: new Set([value]), acknowledged: true });
  }

  /** Whether a value that was read at the end is one of those that may be there. */
  isPossible(key: string, value: string | undefined): boolean {
    const entry = this.#possible.get(key);
    if (value === undefined) return entry?.acknowledged !== true;
    return entry?.values.has(value) ?? false;
  }
}
