import { ask, namespace, restarts, until } from '../app-client.ts';
import { kubectl } from '../run.ts';

/** A running Pod sees a new label without a restart. */
export async function relabel(): Promise<string> {
  const value = `c${Date.now()}`;
  const began = Date.now();
  await kubectl('-n', namespace, 'label', 'pod', 'podkit-0', `e2e=${value}`, '--overwrite');
  await until('the label in the volume', async () =>
    (await ask('podkit-0', 'http://127.0.0.1:8090/labels')).body.includes(value),
  );
  return `seen after ${((Date.now() - began) / 1000).toFixed(1)} s, restarts ${await restarts('podkit-0')}`;
}

export async function resize(): Promise<string> {
  const patch = JSON.stringify({ spec: { containers: [{ name: 'app', resources: { limits: { cpu: '900m' } } }] } });
  await kubectl('-n', namespace, 'patch', 'pod', 'podkit-0', '--subresource=resize', `--patch=${patch}`);
  const url = 'http://127.0.0.1:8090/fields/limits.cpu';
  const body = await until('the new limit in the volume', async () => {
    const response = await ask('podkit-0', url);
    return (JSON.parse(response.body) as { value: number }).value === 900 && response.body;
  });
  const { environment } = JSON.parse(body) as { environment?: { value: number } };
  return `volume 900, environment still ${environment?.value}, restarts ${await restarts('podkit-0')}`;
}

export async function newSetting(): Promise<string> {
  const banner = `hello ${Date.now()}`;
  await kubectl(
    '-n',
    namespace,
    'patch',
    'configmap',
    'podkit-live',
    `--patch=${JSON.stringify({ data: { banner } })}`,
  );
  const began = Date.now();
  await until(
    'the banner',
    async () => (await ask('podkit-0', 'http://127.0.0.1:8081/api/console')).body.includes(banner),
    150,
  );
  return `shown after ${((Date.now() - began) / 1000).toFixed(1)} s, restarts ${await restarts('podkit-0')}`;
}
