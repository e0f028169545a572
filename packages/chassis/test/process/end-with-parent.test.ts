import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { endWithParent } from '../../src/process/end-with-parent.ts';
import { findOnPath } from '../../src/process/programs.ts';
import { isRunning } from '../../testing/is-running.ts';
import { spawnService } from '../../testing/spawn-service.ts';
import { waitFor } from '../../testing/wait-for.ts';

const hasSetpriv = findOnPath('setpriv', process.env.PATH ?? '') !== undefined;

test.runIf(hasSetpriv)('a program that does not watch its parent ends when that is killed', async () => {
  const launcher = spawnService(join(import.meta.dirname, '..', 'fixtures', 'sleeper.ts'));
  onTestFinished(() => void launcher.child.kill('SIGKILL'));
  const pid = await waitFor('its id', () => launcher.output[0]);
  // From then on the kernel knows what to do.
  await waitFor('the program', () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n');
  launcher.child.kill('SIGKILL');
  await waitFor('its end', () => !isRunning(pid));
});

test('a program is run as it is where there is no setpriv, or no such program', () => {
  expect(endWithParent('sleep', ['1'], '/nowhere')).toEqual({ command: 'sleep', args: ['1'] });
  expect(endWithParent('nonesuch', [], process.env.PATH ?? '')).toEqual({ command: 'nonesuch', args: [] });
});
