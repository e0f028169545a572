import { relative } from 'node:path';
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

type TestError = Pick<SerializedError, 'message' | 'stack'> & { diff?: string; cause?: unknown };

/** Shows each failure when it happens and a line for each file that ends, and counts. */
export class TestReporter implements Reporter {
  readonly counts = { passed: 0, failed: 0, skipped: 0 };

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === 'pending') return;
    this.counts[result.state] += 1;
    const name = `${relativeName(test.module)} > ${test.fullName}`;
    if (result.state === 'failed') report(name, result.errors);
    if (result.state === 'skipped') console.log(`${styleText('yellow', 'skipped')} ${name}`);
  }

  onTestModuleEnd(module: TestModule): void {
    // Errors outside of tests: of a hook, a describe block, an import.
    for (const suite of [module, ...module.children.allSuites()]) {
      const errors = suite.errors();
      if (errors.length === 0) continue;
      this.counts.failed += 1;
      report('fullName' in suite ? `${relativeName(module)} > ${suite.fullName}` : relativeName(module), errors);
    }
    const tests = [...module.children.allTests()].length;
    const seconds = (module.diagnostic().duration / 1000).toFixed(1);
    const mark = module.ok() ? styleText('green', 'ok    ') : styleText('red', 'FAILED');
    console.log(`${mark} ${relativeName(module)} (${tests} tests, ${seconds} s)`);
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    for (const error of unhandled) {
      this.counts.failed += 1;
      report('outside of any test', [error]);
    }
  }
}

const relativeName = (module: TestModule) => relative(process.cwd(), module.moduleId);

function report(name: string, errors: readonly TestError[]): void {
  console.log(`${styleText('red', 'FAILED')} ${name}`);
  for (const error of errors) console.log(indent(formatError(error)));
}

/** The message, the difference, the places of the project in the stack, and the same of the cause. */
function formatError({ message, diff = '', stack = '', cause }: TestError): string {
  const places = stack.split('\n').filter((line) => /^\s+at .*\.ts:\d/.test(line) && !line.includes('node_modules'));
  const because = isError(cause) ? `caused by: ${formatError(cause)}` : '';
  const parts = [message, diff, ...places.map((line) => line.trim()), because];
  const text = parts.filter((part) => part !== '').join('\n');
  return process.stdout.isTTY ? text : stripVTControlCharacters(text);
}

const isError = (cause: unknown): cause is TestError =>
  typeof cause === 'object' && cause !== null && 'message' in cause;

const indent = (text: string) => text.replaceAll(/^/gm, '  ');
