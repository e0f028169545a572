type Sample = { value: number; weight: number };

/** Number of values in one age bucket at which they are merged. */
const capacity = 2048;
/** The same while memory is scarce. */
const scarceCapacity = 64;

/**
 * Quantiles of the observations of the last `maxAge` milliseconds, which advance in `ageBuckets` steps.
 *
 * They are exact up to 2048 values a step. Beyond that, sorted values are merged in pairs, with the weight of both, which
 * keeps ranks exact to about 1 in 1024. The lowest and highest value are always kept.
 */
export class QuantileWindow {
  readonly #step: number;
  readonly #ages: { began: number; samples: Sample[]; odd: boolean }[] = [];
  readonly #ageBuckets: number;

  constructor({ maxAge, ageBuckets }: { maxAge: number; ageBuckets: number }) {
    this.#step = maxAge / ageBuckets;
    this.#ageBuckets = ageBuckets;
  }

  /** The number of values in the window. */
  get size(): number {
    return this.#ages.reduce((sum, { samples }) => sum + samples.length, 0);
  }

  /** With `scarce`, fewer values are kept to save memory. */
  observe(value: number, { weight, now, scarce = false }: { weight: number; now: number; scarce?: boolean }): void {
    let current = this.#ages.at(-1);
    if (current === undefined || now - current.began >= this.#step) {
      current = { began: now, samples: [], odd: false };
      this.#ages.push(current);
      this.#forget(now);
    }
    current.samples.push({ value, weight });
    if (current.samples.length < (scarce ? scarceCapacity : capacity)) return;
    current.samples = thin(current.samples, current.odd);
    // The lower and the higher value of a pair are kept in turn, so that errors cancel out.
    current.odd = !current.odd;
  }

  /** The value at each quantile (0 to 1); NaN without observations. */
  at(quantiles: readonly number[], now: number): number[] {
    this.#forget(now);
    const samples = this.#ages.flatMap((age) => age.samples).sort((a, b) => a.value - b.value);
    const total = samples.reduce((sum, { weight }) => sum + weight, 0);
    return quantiles.map((quantile) => valueAtRank(samples, Math.max(1, Math.ceil(quantile * total))));
  }

  #forget(now: number): void {
    while (this.#ages[0] !== undefined && now - this.#ages[0].began >= this.#step * this.#ageBuckets)
      this.#ages.shift();
  }
}

function valueAtRank(samples: readonly Sample[], rank: number): number {
  let passed = 0;
  for (const { value, weight } of samples) {
    passed += weight;
    if (passed >= rank) return value;
  }
  return samples.at(-1)?.value ?? Number.NaN;
}

function thin(samples: Sample[], odd: boolean): Sample[] {
  samples.sort((a, b) => a.value - b.value);
  const first = samples.shift();
  const last = samples.pop();
  const kept: Sample[] = first === undefined ? [] : [first];
  for (let at = 0; at < samples.length; at += 2) {
    const low = samples[at];
    const high = samples[at + 1];
    if (low === undefined) continue;
    const weight = low.weight + (high?.weight ?? 0);
    kept.push({ value: odd && high !== undefined ? high.value : low.value, weight });
  }
  if (last !== undefined) kept.push(last);
  return kept;
}
