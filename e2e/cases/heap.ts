import { randomUUID } from 'node:crypto';
import { localImage } from '../../tools/image-set.ts';
import { type Case, expect } from '../case.ts';
import { attempt, run } from '../run.ts';

const node = '/nodejs/bin/node';
/** A program that allocates memory until it has none left. */
const grow = 'const all = []; for (;;) all.push(new Array(10_000).fill(all.length));';
const limits = ['--memory=128m', '--memory-swap=128m', '--cpus=0.5', '--read-only', '--cap-drop=ALL'];

/** With `exec`, a program that exhausts its memory ends with an error of its own. Without `exec`, the kernel kills it silently. */
export function heapCases(): Case[] {
  const image = localImage('downward-reader');
  const withoutExec = ['--entrypoint', node, image, '-e', grow];
  const withExec = [image, 'exec', '--', node, '-e', grow];
  return [
    { name: 'a program that exhausts its memory is killed by the kernel', run: () => isKilled(withoutExec) },
    // An abort exits with 134. The kernel does not deliver SIGABRT to PID 1, so PID 1 ends with a later SIGSEGV: 139.
    { name: 'exec makes that program end with a heap error, as PID 1', run: () => hasHeapError(withExec, 139) },
    {
      name: 'exec makes that program end with a heap error, below an init process',
      run: () => hasHeapError(['--init', ...withExec], 134),
    },
  ];
}

async function isKilled(words: string[]): Promise<string> {
  const { code, killed } = await runToEnd(words);
  expect(code === 137 && killed, `it ended with ${code}, killed for memory: ${killed}`);
  return 'exit code 137, OOMKilled';
}

async function hasHeapError(words: string[], expected: number): Promise<string> {
  const { code, killed, output } = await runToEnd(words);
  const error = /FATAL ERROR: .*JavaScript heap out of memory/.exec(output)?.[0];
  expect(error !== undefined && !killed, `it ended with ${code}, killed for memory: ${killed}: ${output.slice(-500)}`);
  expect(code === expected, `it ended with ${code} instead of ${expected}`);
  return `exit code ${code}, ${error}`;
}

async function runToEnd(words: string[]): Promise<{ code: number; killed: boolean; output: string }> {
  const name = `podkit-heap-${randomUUID()}`;
  try {
    const { code, output } = await attempt('docker', ['run', '--name', name, ...limits, ...words], { timeout: 60_000 });
    const killed = await run('docker', ['inspect', '--format', '{{.State.OOMKilled}}', name]);
    return { code, output, killed: killed.trim() === 'true' };
  } finally {
    await attempt('docker', ['rm', '--force', name]);
  }
}
