/** Names with a count of their own. Clients choose some names, so all further names count as `other`. */
const maxNames = 100;

/** Counts by name. */
export class NamedCounts {
  readonly #counts = new Map<string, { value: number }>();

  /** The counter of a name. */
  get(name: string): { value: number } {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const key = this.#counts.size < maxNames ? name : 'other';
    const count = this.#counts.get(key) ?? { value: 0 };
    this.#counts.set(key, count);
    return count;
  }

  add(name: string): void {
    this.get(name).value += 1;
  }

  /** The counts by name. Before the first it is 0 for an empty name, so that the metric exists from the start. */
  get values(): ReadonlyMap<string, number> {
    if (this.#counts.size === 0) return new Map([['', 0]]);
    return new Map([...this.#counts].map(([name, { value }]) => [name, value]));
  }
}
