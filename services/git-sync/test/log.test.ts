import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { expect, test } from 'vitest';
import { Remote } from './fixtures/remote.ts';
import { runGitSync } from './fixtures/run.ts';
import { script } from './fixtures/script.ts';

test("log lines have upstream's fields: level or error, and the name of the hook", async () => {
  const remote = await Remote.create();
  const flags = [`--repo=${remote.path}`, `--root=${tempDir()}`, '--link=x', '--one-time', '-v=1'];
  const { logs } = await runGitSync([...flags, `--exechook-command=${script('exit 7')}`]);
  const ts = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  const find = (msg: string) => logs.find((line) => line.msg === msg);
  const updated = {
    logger: '',
    ts,
    caller: { file: 'syncer.ts', line: expect.any(Number) },
    level: 0,
    remote: remote.head(),
  };
  expect(find('updated successfully')).toMatchObject(updated);
  expect(find('git')).toMatchObject({ logger: '', ts, level: 1 });
  expect(find('running exechook')).toMatchObject({ logger: 'exechook', level: 0 });
  const failed = find('exechook failed');
  expect(failed).toMatchObject({ logger: 'exechook', ts, error: expect.stringContaining('exit code 7') });
  expect(failed).not.toHaveProperty('level');
});
