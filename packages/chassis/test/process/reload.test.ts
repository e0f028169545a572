import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { createLogger } from '../../src/log/logger.ts';
import { Reloader } from '../../src/process/reload.ts';
import { tempDir } from '../../testing/temp-dir.ts';
import { waitFor } from '../../testing/wait-for.ts';

function reloader(reload: () => void | Promise<void>, paths: string[] = []) {
  const lines: string[] = [];
  const registry = new Registry();
  const log = createLogger(
    { service: 'test', version: '0', level: 'info' },
    { write: (line) => void lines.push(line) },
  );
  const host = new EventEmitter();
  const made = new Reloader({ reload, paths, log, registry, host: host as unknown as NodeJS.Process });
  made.start();
  onTestFinished(() => made.stop());
  return { made, host, lines, text: () => registry.metrics() };
}

test('reloads are counted and logged by their result, and a bad one names its errors', async () => {
  let good = true;
  const { made, lines, text } = reloader(() => {
    if (!good) throw new ConfigError(['PORT=x: expected a port']);
  });
  await made.reload();
  expect(await text()).toContain('podkit_config_last_reload_successful 1');
  good = false;
  await expect(made.reload()).rejects.toThrow(ConfigError);
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'configuration reloaded',
    'configuration invalid; keeping the previous one',
  ]);
  expect(lines[1]).toContain('PORT=x: expected a port');
  expect(await text()).toMatch(/result="success"} 1[^]*result="failure"} 1[^]*_last_reload_successful 0/);
});

test('each of six signals reloads, one after the other', async () => {
  let running = 0;
  let most = 0;
  let done = 0;
  const { host, text } = reloader(async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    done += 1;
  });
  for (let signal = 0; signal < 6; signal += 1) host.emit('SIGHUP');
  await waitFor('six reloads', () => done === 6);
  expect(most).toBe(1);
  await waitFor('their count', async () => /result="success"} 6/.test(await text()));
});

test('a file that changes reloads', async () => {
  const path = join(tempDir(), 'config.yaml');
  writeFileSync(path, 'a');
  let reloads = 0;
  const { made } = reloader(() => void (reloads += 1), [path]);
  await waitFor('the reload', () => {
    writeFileSync(path, String(Math.random()));
    return reloads > 0;
  });
  made.stop();
});
