import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** A benchmark. It returns what it measured as rows of the table. */
export type Case<R> = (bench: Bench) => Promise<R[]>;

/** What a case gets: a temporary folder, and the bundles of our services that the images contain. */
export class Bench {
  readonly folder: string;
  /** Node flags for the processes of our services, such as the profiler's. */
  readonly nodeFlags: readonly string[];
  readonly #bundles = new Map<string, Promise<string>>();

  constructor(folder: string, nodeFlags: readonly string[] = []) {
    this.folder = folder;
    this.nodeFlags = nodeFlags;
  }

  /** Build a service's bundle, once per run, and return its entry point. Edits during the run change nothing. */
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
 * Run the measures in turn, so that all see the same noise. Each round starts with another one. The first round warms
 * caches and compilers and is not counted.
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
