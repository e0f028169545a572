import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createMetrics } from '@podkit/chassis/http/metrics';
import { createLogger } from '@podkit/chassis/log/logger';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { expect, onTestFinished, test } from 'vitest';
import { Adapter } from '../../src/adapter.ts';
import { loadAdapterConfig } from '../../src/config/load.ts';
import type { AdapterConfig } from '../../src/config/schema.ts';
import { forwardSchema } from '../../src/forward/config.ts';
import { logsSchema } from '../../src/logs/config.ts';
import { statsdSchema } from '../../src/statsd/config.ts';
import { readCells, schemaTable } from '../support/schema-table.ts';

const log = createLogger({ service: 'test', version: '0', level: 'silent' });
function makeAdapter(config: AdapterConfig): Adapter {
  const { registry } = createMetrics({ service: 'test', version: '0' });
  return new Adapter({ config, log, registry, stdin: new PassThrough(), stdout: new PassThrough() });
}

const file = (name: string) => new URL(`../../${name}`, import.meta.url);
const document = (name: string) => readFileSync(file(`docs/${name}.md`), 'utf8');

test.each([
  ['statsd', statsdSchema],
  ['logs', logsSchema],
  ['forward', forwardSchema],
])('docs/%s.md has every setting', (name, schema) => {
  const table = /<!-- settings -->\n([\s\S]*)\n<!-- end -->/.exec(document(name))?.[1];
  expect(readCells(table)).toEqual(readCells(schemaTable(schema)));
});

test.each(['csv-log', 'access-log', 'statsd', 'forward'])('examples/%s.yaml is a valid configuration', async (name) => {
  const config = await loadAdapterConfig(file(`examples/${name}.yaml`).pathname);
  const adapter = makeAdapter(config);
  expect(await adapter.gather(1000)).not.toEqual([]);
  await adapter.stop();
});

test('the CSV example counts and sums what an application appends', async () => {
  const path = join(tempDir(), 'random.log');
  const yaml = readFileSync(file('examples/csv-log.yaml'), 'utf8').replace('/logs/random.log', path);
  writeFileSync(`${path}.yaml`, yaml);
  const config = await loadAdapterConfig(`${path}.yaml`);
  const adapter = makeAdapter(config);
  onTestFinished(() => adapter.stop());
  await adapter.start();
  const values = async () => {
    const families = (await adapter.gather(1000)).filter(({ name }) => name.startsWith('random_generator'));
    return families.map(({ name, series }) => [name, (series.get('') as { value: number } | undefined)?.value]);
  };
  for (const [line, count, sum] of [
    ['1700000000,a,1500000000,4\n', 1, 1.5],
    ['1700000001,a,500000000,2\n', 2, 2],
  ] as const) {
    writeFileSync(path, line, { flag: 'a' });
    const expected = [
      ['random_generator_total', count],
      ['random_generator_seconds_total', sum],
    ];
    await waitFor(JSON.stringify(expected), async () => JSON.stringify(await values()) === JSON.stringify(expected));
    expect(await values()).toEqual(expected);
  }
});
