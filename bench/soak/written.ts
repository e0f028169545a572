/** The values that each key may have: the last acknowledged one, and every one that was attempted after it. */
export class Written {
  readonly #possible = new Map<string, { values: Set<string>; acknowledged: boolean }>();
  acknowledged = 0;

  get keys(): string[] {
    return [...this.#possible.keys()];
  }

  /** Write a value. A failed write may or may not have happened. Only one writer may use a key at a time. */
  async write(key: string, value: string, write: () => Promise<boolean>): Promise<void> {
    const entry = this.#possible.get(key) ?? { values: new Set<string>(), acknowledged: false };
    this.#possible.set(key, entry);
    entry.values.add(value);
    if (!(await write())) return;
    this.acknowledged += 1;
    this.#possible.set(key, { values: new Set([value]), acknowledged: true });
  }

  /** Whether a key may have the value that was read at the end. */
  isPossible(key: string, value: string | undefined): boolean {
    const entry = this.#possible.get(key);
    if (value === undefined) return entry?.acknowledged !== true;
    return entry?.values.has(value) ?? false;
  }
}
