import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';

const service = join(import.meta.dirname, '../..');

/** A process of the adapter on the shipped example, whose log is elsewhere; `scrape` gives the series of the log. */
async function startExample(config: string) {
  const port = await freePort();
  const env = { ADAPTER_CONFIG: config, HOST: '127.0.0.1', PORT: String(port), DRAIN_DELAY: '0s' };
  const adapter = spawnService(join(service, 'src/main.ts'), { env });
  onTestFinished(() => void adapter.child.kill('SIGKILL'));
  const scrape = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text.split('\n').filter((line) => line.includes('random_generator_'));
  };
  const shows = (count: number, seconds: number) =>
    waitFor(`${count} numbers in ${seconds} s`, async () => {
      expect(await scrape().catch(() => [])).toEqual([
        '# HELP random_generator_total Numbers generated.',
        '# TYPE random_generator_total counter',
        `random_generator_total ${count}`,
        '# HELP random_generator_seconds_total Time spent generating numbers.',
        '# TYPE random_generator_seconds_total counter',
        `random_generator_seconds_total ${seconds}`,
      ]);
      return true;
    });
  return { stop: () => adapter.stop(), scrape, shows };
}

test('the adapter case of Kubernetes Patterns: each appended line counts once, over scrapes and a restart', async () => {
  const folder = tempDir();
  const log = join(folder, 'random.log');
  const config = join(folder, 'adapter.yaml');
  const example = readFileSync(join(service, 'examples/csv-log.yaml'), 'utf8');
  writeFileSync(config, example.replace('/logs/random.log', log));
  writeFileSync(log, '1700000000,f3a1,1500000000,42\n1700000001,f3a1,500000000,7\n');
  const first = await startExample(config);
  await first.shows(2, 2);
  appendFileSync(log, '1700000002,f3a1,1000000000,1\n1700000003,f3a1,25');
  await first.shows(3, 3);
  appendFileSync(log, '0000000,9\n');
  await first.shows(4, 3.25);
  const scrapes = await Promise.all([first.scrape(), first.scrape(), first.scrape()]);
  expect(new Set(scrapes.map(String)).size).toBe(1);
  expect(await first.stop()).toMatchObject({ code: 0 });
  appendFileSync(log, '1700000004,f3a1,750000000,3\n');
  const second = await startExample(config);
  await second.shows(5, 4);
  appendFileSync(log, '1700000005,f3a1,1000000000,3\n');
  await second.shows(6, 5);
});
