import { join } from 'node:path';
import { freePort } from '@podkit/chassis/testing/free-port';
import { type SpawnedService, spawnService } from '@podkit/chassis/testing/spawn-service';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { onTestFinished } from 'vitest';

export const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** The service as a process on a free port, with the volume given; as another user where one is named. */
export async function startReader(
  dir: string,
  env: Record<string, string> = {},
  uid?: number,
): Promise<{ url: string; service: SpawnedService }> {
  const port = await freePort();
  const service = spawnService(main, {
    env: { DOWNWARD_DIR: dir, PORT: String(port), HOST: '127.0.0.1', DRAIN_DELAY: '0s', ...env },
    ...(uid === undefined ? {} : { uid }),
  });
  onTestFinished(() => void service.child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await waitFor('the reader to start', async () => (await fetch(`${url}/startupz`)).ok);
  return { url, service };
}

/** The server-sent events of a response, as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<{ id: string; event: string; data: unknown }> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const fields = Object.fromEntries(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => line.split(/: (.*)/s, 2)),
      );
      text = text.slice(end + 2);
      if (fields.data !== undefined) yield { id: fields.id, event: fields.event, data: JSON.parse(fields.data) };
    }
  }
}
