import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../tools/doc-commands.ts';

/** A program that is open for writing, and the launcher that was asked to run it and was refused once. */
async function runBusyProgram() {
  const program = join(tempDir(), 'busy');
  writeFileSync(program, '#!/bin/sh\necho it ran\n', { mode: 0o755 });
  const descriptor = openSync(program, 'r+');
  const launcher = spawn(process.execPath, [join(root, 'tools', 'run.mjs'), program]);
  onTestFinished(() => void launcher.kill());
  let output = '';
  let errors = '';
  launcher.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  launcher.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(launcher, 'close').then(([code]) => ({ code: code as number, output, errors }));
  await once(launcher.stderr, 'data');
  return { program, ended, finishWriting: () => closeSync(descriptor) };
}

test('a program that is still being written is run once that is over', { timeout: deadline() }, async () => {
  const { program, ended, finishWriting } = await runBusyProgram();
  finishWriting();
  expect(await ended).toEqual({
    code: 0,
    output: 'it ran\n',
    errors: `podkit: ${program} is still being written; trying again\n`,
  });
});

test('a program that is written for ever is given up with the reason', { timeout: deadline() }, async () => {
  const { program, ended, finishWriting } = await runBusyProgram();
  const { code, errors } = await ended;
  finishWriting();
  expect(code).toBe(2);
  expect(errors).toContain(`podkit: cannot run ${program}: spawn ETXTBSY`);
});
