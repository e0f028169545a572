import { waitFor } from '@podkit/chassis/testing/wait-for';
import type { Suite } from '../../local/test/support/start-suite.ts';

/** The readiness probe of each service. */
const probes: Record<string, [option: string, path: string]> = {
  'git-sync': ['git-sync', '/readyz'],
  'downward-reader': ['downward', '/readyz'],
  'metrics-adapter': ['adapter', '/-/ready'],
  ambassador: ['ambassador-admin', '/readyz'],
  app: ['app-admin', '/readyz'],
};
export const services = Object.keys(probes);

/** Wait until every service is ready. @throws {Error} with the name of one that is not */
export async function allReady({ url }: Pick<Suite, 'url'>): Promise<void> {
  for (const [name, [option, path]] of Object.entries(probes))
    await waitFor(`${name} to be ready`, async () => (await fetch(url(option, path))).ok, { timeout: 90_000 });
}
