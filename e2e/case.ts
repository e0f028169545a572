/** One thing that is to be so, on a running cluster or compose project. It throws, or returns its evidence in a line. */
export type Case = { name: string; run: () => Promise<string> };

/** Run the cases one after the other, a line for each. Returns how many failed. */
export async function runCases(cases: readonly Case[]): Promise<number> {
  let failed = 0;
  for (const { name, run } of cases) {
    const began = performance.now();
    const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
    try {
      console.log(`ok      ${name}: ${await run()} (${seconds()})`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name} (${seconds()}): ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(`${cases.length - failed} passed, ${failed} failed`);
  return failed;
}

/** @throws {Error} saying what was not so */
export function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}
