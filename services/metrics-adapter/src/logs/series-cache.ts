import { copyText } from '../series/copy-text.ts';
import type { Series } from '../sink.ts';

type CacheLevel = Map<string, CacheLevel | Series>;

/** Average length of the label values of one entry, for which the size is meant. */
const usualLength = 256;

/** A cache from label values to their series, with a level for each label. When it is full it is emptied. */
export class SeriesCache {
  readonly #size: number;
  #root: CacheLevel = new Map();
  #count = 0;
  #length = 0;

  constructor(size = 20_000) {
    this.#size = size;
  }

  get(values: readonly string[]): Series | undefined {
    let node: CacheLevel | Series | undefined = this.#root;
    for (let at = 0; at < values.length; at += 1) {
      node = (node as CacheLevel).get(values[at] ?? '');
      if (node === undefined) return undefined;
    }
    return node instanceof Map ? (node.get('') as Series | undefined) : node;
  }

  set(values: readonly string[], series: Series): void {
    if (this.#count >= this.#size || this.#length >= this.#size * usualLength) {
      this.#root = new Map();
      this.#count = 0;
      this.#length = 0;
    }
    this.#count += 1;
    for (const value of values) this.#length += value.length;
    let node = this.#root;
    for (const value of values.slice(0, -1)) {
      const next = (node.get(value) as CacheLevel | undefined) ?? new Map();
      if (!node.has(value)) node.set(copyText(value), next);
      node = next;
    }
    node.set(copyText(values.at(-1) ?? ''), series);
  }
}
