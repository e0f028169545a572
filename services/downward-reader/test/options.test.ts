import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { javaSyntax, nodeSyntax, splitWords, withOptions } from '../src/tune/options.ts';
import { tune } from '../src/tune/tune.ts';

const tuned = (runtime: 'node' | 'jvm', env: Record<string, string>, override: boolean) => {
  const limits = { cpus: 1, memory: 256 * 2 ** 20, memoryShare: 75 };
  return tune(limits, { runtime, memoryShare: 75, pools: [], env, override });
};
const node = (text: string, override: boolean) => tuned('node', { NODE_OPTIONS: text }, override).NODE_OPTIONS?.value;
const java = (text: string, override: boolean) =>
  tuned('jvm', { JAVA_TOOL_OPTIONS: text }, override).JAVA_TOOL_OPTIONS?.value;

const ours = '--max-old-space-size=192';
const decisions = [
  '--max-old-space-size=99',
  '--max_old_space_size=99',
  '"--max-old-space-size=99"',
  '--max-old-"space-size=99"',
  '--max-old-space-size-percentage=20',
  '--max-old-space-size-percentage 20',
  '--max-heap-size=99',
];

describe('NODE_OPTIONS', () => {
  test.each(decisions)('keeps the heap of the user, %s, and adds none', (text) => {
    expect(node(`--title=a ${text}`, false)).toBe(undefined);
  });

  test.each(decisions)('replaces the heap of %s with --override, and keeps all other words', (text) => {
    const others = String.raw`--title="a \"b\" --max-heap-size=1"  --require=./c.js`;
    expect(node(`${text} ${others}`, true)).toBe(`${others} ${ours}`);
    expect(node(`${others} ${text}`, true)).toBe(`${others} ${ours}`);
    expect(node(text, true)).toBe(ours);
  });

  test('is read by Node as it is meant: the title is kept, and the heap is no longer the one of the user', () => {
    const text = node(String.raw`--title="a \"b" "--max-old-space-size=99"`, true) ?? '';
    const script = 'console.log(process.title, require("v8").getHeapStatistics().heap_size_limit > 99e6 * 4)';
    const env = { PATH: process.env.PATH ?? '', NODE_OPTIONS: text.replace(/192$/, '600') };
    expect(String(spawnSync(process.execPath, ['-e', script], { env }).stdout)).toBe('a "b true\n');
  });
});

const ourMemory = '-Xmx185m -Xss1m -XX:MaxMetaspaceSize=24m -XX:ReservedCodeCacheSize=16m -XX:MaxDirectMemorySize=10m';

describe('JAVA_TOOL_OPTIONS', () => {
  test('keeps what the user decided and adds the rest', () => {
    expect(java('-Xmx64m', false)).toBe('-Xmx64m -XX:ActiveProcessorCount=1 -XX:+UseSerialGC');
    expect(java('-XX:+UseZGC', false)).toBe(`-XX:+UseZGC ${ourMemory} -XX:ActiveProcessorCount=1`);
    expect(java("'-Xmx64m' -XX:+UseZGC -XX:ActiveProcessorCount=3", false)).toBe(undefined);
  });

  test('has a heap that leaves room for the metaspace of the user', () => {
    expect(java('-XX:MaxMetaspaceSize=80m', false)).toContain(' -Xmx129m ');
  });

  test('are replaced by ours with --override, also when quoted, and all other words stay', () => {
    const before = `-Xmx64m\t-Dname='-Xmx1m b'  "-XX:MaxRAMPercentage=10" -XX:+UseZGC -Da=b -mx9m`;
    expect(java(before, true)).toBe(
      `-Dname='-Xmx1m b'  -Da=b ${ourMemory} -XX:ActiveProcessorCount=1 -XX:+UseSerialGC`,
    );
  });
});

describe.each([
  ['Node', nodeSyntax],
  ['Java', javaSyntax],
])('withOptions in the syntax of %s', (_name, syntax) => {
  const choice = { option: '--ours=1', reason: 'why', decided: /^--(ours|old)=/ };
  const text = fc.array(fc.constantFrom('--old=2', '--x', 'é', ' ', '\t', '"', "'", '\\', '--ours=3'), {
    maxLength: 12,
  });

  test('keeps the text byte for byte without --override', () => {
    fc.assert(
      fc.property(text, (parts) => {
        const before = parts.join('');
        const after = withOptions(before, [choice], { syntax, override: false });
        const decided = splitWords(before, syntax).some(({ value }) => choice.decided.test(value));
        expect(after?.value).toBe(decided ? undefined : `${before}${before === '' ? '' : ' '}--ours=1`);
      }),
    );
  });

  test('removes the words of the same kind with --override, and keeps all others byte for byte', () => {
    fc.assert(
      fc.property(text.map((parts) => parts.join('')).filter(isWhole(syntax)), (before) => {
        const after = withOptions(before, [choice], { syntax, override: true })?.value ?? '';
        const others = (all: string) =>
          splitWords(all, syntax)
            .filter(({ value }) => !choice.decided.test(value))
            .map(({ start, end }) => all.slice(start, end));
        expect(others(after)).toEqual(others(before));
        expect(splitWords(after, syntax).filter(({ value }) => choice.decided.test(value))).toHaveLength(1);
      }),
    );
  });
});

/** Whether every quote is closed: with an open one the runtime does not start. */
function isWhole(syntax: typeof nodeSyntax): (text: string) => boolean {
  return (text) => splitWords(`${text} end`, syntax).at(-1)?.value === 'end';
}
