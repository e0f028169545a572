import { randomUUID } from 'node:crypto';
import { localImage } from '../../tools/image-set.ts';
import { type Case, expect } from '../case.ts';
import { attempt, run } from '../run.ts';

const node = '/nodejs/bin/node';
/** It keeps all that it makes, a few MiB at a time, until it has no more room. */
const grow = 'const all = []; for (;;) all.push(new Array(10_000).fill(all.length));';
const limits = ['--memory=128m', '--memory-swap=128m', '--cpus=0.5', '--read-only', '--cap-drop=ALL'];

/** What `exec` is for: a program that grows ends by an error of its own, where the kernel would kill it without a word. */
export function heapCases(): Case[] {
  const image = localImage('downward-reader');
  const byItself = ['--entrypoint', node, image, '-e', grow];
  const byExec = [image, 'exec', '--', node, '-e', grow];
  return [
    { name: 'a growing program by itself is killed for its memory', run: () => isKilled(byItself) },
    // An abort is 134; the kernel keeps that signal from PID 1, which then ends by the next one, 139.
    { name: 'a growing program by exec has a heap error, as PID 1', run: () => hasHeapError(byExec, 139) },
    { name: 'a growing program by exec has a heap error', run: () => hasHeapError(['--init', ...byExec], 134) },
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
