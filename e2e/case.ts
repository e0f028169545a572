import { describeError } from '@podkit/chassis/errors';

/** One end-to-end test. `run` returns its evidence as one line, or throws. */
export type Case = { name: string; run: () => Promise<string> };

/** Run the cases one after the other and print a line for each. Returns how many failed. */
export async function runCases(cases: readonly Case[]): Promise<number> {
  let failed = 0;
  for (const { name, run } of cases) {
    const began = performance.now();
    const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
    try {
      console.log(`ok      ${name}: ${await run()} (${seconds()})`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name} (${seconds()}): ${describeError(error)}`);
    }
  }
  console.log(`${cases.length - failed} passed, ${failed} failed`);
  return failed;
}

/** @throws {Error} with `problem` unless the condition holds */
export function expect(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}
