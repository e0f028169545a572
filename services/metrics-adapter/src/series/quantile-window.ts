type Sample = { value: number; weight: number };

/** Values of one age bucket beyond which they are thinned out. */
const capacity = 2048;
/** The same where memory is scarce. */
const scarceCapacity = 64;

/**
 * Quantiles of what was observed in the last `maxAge` milliseconds, which move on in `ageBuckets` steps.
 *
 * Exact up to 2048 values a step. Beyond, the sorted values are merged in pairs (each weighing for both), which
 * keeps a rank right within 1 in 1024 or so; the lowest and highest value are kept apart.
 */
export class QuantileWindow {
  readonly #step: number;
  readonly #ages: { began: number; samples: Sample[]; odd: boolean }[] = [];
  readonly #ageBuckets: number;

  constructor({ maxAge, ageBuckets }: { maxAge: number; ageBuckets: number }) {
    this.#step = maxAge / ageBuckets;
    this.#ageBuckets = ageBuckets;
  }

  /** How many values are held. */
  get size(): number {
    return this.#ages.reduce((sum, { samples }) => sum + samples.length, 0);
  }

  /** `scarce` tells that memory is, so that fewer values are held. */
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
    // By turns the lower and the higher of a pair stays, so that errors cancel out.
    current.odd = !current.odd;
  }

  /** The value at each quantile (0 to 1), NaN where nothing was observed. */
  at(quantiles: readonly number[], now: number): number[] {
    this.#forget(now);
    const samples = this.#ages.flatMap((age) => age.samples).sort((a, b) => a.value - b.value);
    const total = samples.reduce((sum, { weight }) => sum + weight, 0);
    return quantiles.map((quantile) => valueAt(samples, Math.max(1, Math.ceil(quantile * total))));
  }

  #forget(now: number): void {
    while (this.#ages[0] !== undefined && now - this.#ages[0].began >= this.#step * this.#ageBuckets)
      this.#ages.shift();
  }
}

function valueAt(samples: readonly Sample[], rank: number): number {
  let passed = 0;
  for (const { value, weight } of samples) {
    passed += weight;
    if (passed >= rank) return value;
  }
  return samples.at(-1)?.value ?? Number.NaN;
}

function thin(samples: Sample[], odd: boolean): Sample[] {
  samples.sort((a, b) => a.value - b.value);
  const [first, last] = [samples.shift(), samples.pop()];
  const kept: Sample[] = first === undefined ? [] : [first];
  for (let at = 0; at < samples.length; at += 2) {
    const [low, high] = [samples[at], samples[at + 1]];
    if (low === undefined) continue;
    const weight = low.weight + (high?.weight ?? 0);
    kept.push({ value: odd && high !== undefined ? high.value : low.value, weight });
  }
  if (last !== undefined) kept.push(last);
  return kept;
}
