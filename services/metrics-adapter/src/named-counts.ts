/** Names that are counted apart; they come from outside, so all further ones count as `other`. */
const mostNames = 100;

/** Counts by metric name. */
export class NamedCounts {
  readonly #counts = new Map<string, { value: number }>();

  /** The count of a name, to be added to. */
  get(name: string): { value: number } {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const key = this.#counts.size < mostNames ? name : 'other';
    const count = this.#counts.get(key) ?? { value: 0 };
    this.#counts.set(key, count);
    return count;
  }

  add(name: string): void {
    this.get(name).value += 1;
  }

  /** By name; without any, one 0 under an empty name, so that the metric is there before anything happens. */
  get values(): ReadonlyMap<string, number> {
    if (this.#counts.size === 0) return new Map([['', 0]]);
    return new Map([...this.#counts].map(([name, { value }]) => [name, value]));
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, { value }) => sum + value, 0);
  }
}
