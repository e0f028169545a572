import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from './median.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** A benchmark of a part: what it measured, as rows of the table. */
export type Case<R> = (bench: Bench) => Promise<R[]>;

/** What a case is given: a folder that is removed afterwards, and our services as their images have them. */
export class Bench {
  readonly folder: string;
  /** Flags of Node for our own process, such as those of the profiler. */
  readonly nodeFlags: readonly string[];
  readonly #bundles = new Map<string, Promise<string>>();

  constructor(folder: string, nodeFlags: readonly string[] = []) {
    this.folder = folder;
    this.nodeFlags = nodeFlags;
  }

  /** The entry point of a service's bundle, built once in a run: no edit changes it meanwhile. */
  bundle(service: string): Promise<string> {
    const built = this.#bundles.get(service) ?? build(service);
    this.#bundles.set(service, built);
    return built;
  }
}

async function build(service: string): Promise<string> {
  await run(process.execPath, [join(root, 'tools', 'build.ts'), service]);
  return join(root, 'dist', service, 'src', 'main.js');
}

/**
 * Measure by turns, so that all meet the same noise, and each is first as often as the others. The first round also fills
 * caches and runs the compilers: it does not count.
 */
export async function alternate<K extends string, T>(
  measures: Readonly<Record<K, (round: number) => T | Promise<T>>>,
  rounds = 5,
): Promise<Record<K, T[]>> {
  const names = Object.keys(measures) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<K, T[]>;
  for (let round = 0; round <= rounds; round += 1)
    for (const at of names.keys()) {
      const name = names[(at + round) % names.length] as K;
      const sample = await measures[name](round);
      if (round > 0) samples[name].push(sample);
    }
  return samples;
}

/** The median of one figure of each sample. */
export function medianOf<T>(samples: readonly T[], figure: (sample: T) => number): number {
  return median(samples.map(figure));
}
