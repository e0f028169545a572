import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '@podkit/chassis/testing/deadline';
import { listModules } from '@podkit/chassis/testing/list-modules';
import { expect, test } from 'vitest';

const services = join(import.meta.dirname, '..', '..', 'services');

test.for(readdirSync(services))('%s --version loads no server, logger or metrics', { timeout: deadline() }, (name) => {
  const urls = listModules(join(services, name, 'src', 'main.ts'), ['--version']);
  expect(urls.filter((url) => /\/node_modules\/(fastify|pino|prom-client)\//.test(url))).toEqual([]);
});
