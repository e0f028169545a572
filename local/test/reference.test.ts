import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describedServices, startListening } from './support/described-services.ts';
import { type Api, referencePage } from './support/reference-page.ts';

const read = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
/** So that the scrape also has the labels of metrics without a sample. */
const preloaded = join(import.meta.dirname, '../../packages/chassis/testing/show-labels.ts');
const folder = join(import.meta.dirname, '../../docs/reference');

/** `npm run generate` writes the pages by `--update`. */
test.each(describedServices)('docs/reference has the settings, endpoints and metrics of %s', async (name) => {
  const servers = await startListening(name, { NODE_OPTIONS: `--import="${preloaded}"` });
  const apis = await Promise.all(
    servers.map(async ({ port, path }): Promise<Api> => ({ path, description: JSON.parse(await read(port, path)) })),
  );
  const scrape = await read(servers.at(-1)?.port ?? 0, '/metrics');
  await expect(referencePage(name, apis, scrape)).toMatchFileSnapshot(join(folder, `${name}.md`));
});
