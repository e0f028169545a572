import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { ambassador } from './ambassador.ts';
import { downward } from './downward.ts';
import { gitSync } from './git-sync.ts';
import { metricsAdapter } from './metrics-adapter.ts';
import { textsFor } from './texts.ts';

/**
 * `npm run fuzz -- NAME [--minutes N] [--seed N]`: give a reader of outside input the kept corpus and then random texts, ten minutes
 * long by default. A finding is shrunk, printed, added to the corpus, and ends the run with 1: it becomes a test of the service.
 */
const targets = { ...ambassador, ...metricsAdapter, ...gitSync, ...downward };
const options = { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } } as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [name = ''] = positionals;
const target = targets[name];
const minutes = Number(values.minutes);
if (target === undefined || !(minutes > 0)) {
  console.error(`npm run fuzz -- NAME [--minutes N] [--seed N]; a NAME is one of ${Object.keys(targets).join(', ')}`);
  process.exit(2);
}

const file = join(import.meta.dirname, 'corpus', `${name}.json`);
const corpus = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as string[]) : [];
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
let cases = 0;
const property = fc.asyncProperty(textsFor(target, corpus), async (text) => {
  cases += 1;
  await target.check(text);
});
const found = await fc.check(property, {
  seed,
  numRuns: 2 ** 31 - 1,
  examples: [...target.examples, ...corpus].map((text): [string] => [text]),
  interruptAfterTimeLimit: minutes * 60_000,
  markInterruptAsFailure: false,
});
console.log(
  `${name}: ${cases.toLocaleString('en')} cases, ${found.failed ? 1 : 0} findings, seed ${seed}, corpus of ${corpus.length}`,
);
if (found.failed) {
  const [text] = found.counterexample ?? [''];
  console.log(`text ${JSON.stringify(text)}:`, found.errorInstance);
  writeFileSync(file, `${JSON.stringify([...new Set([...corpus, text])], undefined, 2)}\n`);
}
process.exit(found.failed ? 1 : 0);
