import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { waitFor } from '../../testing/wait-for.ts';

const fixture = (name: string) => join(import.meta.dirname, '..', 'fixtures', `${name}.ts`);

test('tries one write where the reader is gone, and none for the lines after it', async () => {
  const child = spawn(process.execPath, [fixture('unread')]);
  child.stdout.destroy();
  expect(JSON.parse(await text(child.stderr))).toEqual({ dropped: 0, isBroken: true, failures: 1 });
});

test('drops and counts the lines for which there is no room while nobody reads, and goes on when somebody does', async () => {
  const child = spawn(process.execPath, [fixture('flood')]);
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.on('data', (data) => (said += String(data)));
  await waitFor('all to be written', () => said.includes('flooded'));
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  expect(await exited).toEqual([0, null]);
  const dropped = [...said.matchAll(/dropped (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  expect(dropped).toBeGreaterThan(5000);
  expect(lines.length + dropped).toBe(8000);
  expect(lines.map((line) => (JSON.parse(line) as { index: number }).index).slice(0, 3)).toEqual([0, 1, 2]);
});
