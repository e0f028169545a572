import { ask, namespace, until } from '../app-client.ts';
import { expect } from '../case.ts';
import { kubectl } from '../run.ts';

const note = 'http://127.0.0.1:8080/api/notes/e2e';

/** Write a note. Reading one would prove nothing: without the store the app serves the last value that it read. */
const write = () => ask('podkit-0', note, { method: 'PUT', body: '{"text":"kept"}' });

/** Without PostgreSQL the Pod stays ready and serves its site. Writing a note fails until the store is back. */
export async function serveWithoutStore(): Promise<string> {
  await scaleStore(0);
  try {
    const refused = await until('a note to be refused', async () => {
      const { status } = await write();
      return status >= 500 && status;
    });
    const page = await ask('podkit-0', `http://podkit.${namespace}/`);
    expect(page.status === 200, `without PostgreSQL / answered ${page.status}`);
    const ready = await ask('podkit-0', 'http://127.0.0.1:8081/readyz');
    expect(ready.status === 200, `without PostgreSQL /readyz answered ${ready.status}: ${ready.body}`);
    return `the page 200, a note ${refused}; saved again after ${await waitForStore()}`;
  } finally {
    await scaleStore(1);
  }
}

async function waitForStore(): Promise<string> {
  await scaleStore(1);
  const began = Date.now();
  await until('a note to be saved', async () => (await write()).status < 300);
  return `${((Date.now() - began) / 1000).toFixed(1)} s`;
}

async function scaleStore(replicas: number): Promise<void> {
  await kubectl('-n', namespace, 'scale', 'statefulset/postgres', `--replicas=${replicas}`);
  await kubectl('-n', namespace, 'rollout', 'status', 'statefulset/postgres', '--timeout=120s');
}
