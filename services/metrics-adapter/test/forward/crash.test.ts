import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deadline } from '@podkit/chassis/testing/deadline';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { startCollector } from '../support/log-collector.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

test(
  'a process that is killed repeatedly while it sends loses no line and sends none in two batches',
  async () => {
    const directory = tempDir();
    const path = join(directory, 'app.log');
    const config = join(directory, 'adapter.yaml');
    const collector = await startCollector();
    const settings = `{ name: app, files: [${path}], url: '${collector.url}', directory: ${join(directory, 'buffer')}, batchLines: 50, pollInterval: 20ms, flushInterval: 20ms }`;
    writeFileSync(config, `forward: [${settings}]\n`);
    const start = () => {
      const service = spawnService(main, {
        args: ['--config', config],
        env: { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'warn' },
      });
      onTestFinished(() => void service.child.kill('SIGKILL'));
      return service;
    };
    const expected: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const lines = Array.from({ length: 3000 }, (_, index) => `round ${round} line ${index}`);
      const before = collector.requests.length;
      const service = start();
      expected.push(...lines);
      appendFileSync(path, `${lines.join('\n')}\n`);
      await waitFor('some batches to arrive', () => collector.requests.length > before + 3 + round);
      await service.stop('SIGKILL');
      if (round === 2) renameSync(path, `${path}.1`);
    }
    const last = start();
    await waitFor('every line', () => collector.messages().length >= expected.length);
    await last.stop('SIGKILL');
    expect(collector.messages().toSorted()).toEqual(expected.toSorted());
  },
  deadline(60_000),
);
