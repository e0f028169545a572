import { getState, type StateClient } from './state-client.ts';
import type { Subject } from './subject.ts';
import type { Written } from './written.ts';

/** Read back every key, and list those whose acknowledged value is lost. */
export async function findLost({ suite, redis, writes, readSecret }: Subject): Promise<string[]> {
  const client: StateClient = { url: suite.url('ambassador', ''), token: readSecret('ambassador-token') };
  return [
    ...(await compare('note', writes.notes, async (id) => {
      const response = await fetch(suite.url('app', `/api/notes/${id}`));
      return response.ok ? ((await response.json()) as { text: string }).text : undefined;
    })),
    ...(await compare('state', writes.state, (key) => getState(client, key))),
    ...(await compare('Redis key', writes.redis, async (key) => (await redis.get(key)) ?? undefined)),
  ];
}

async function compare(what: string, written: Written, read: (key: string) => Promise<string | undefined>) {
  const lost: string[] = [];
  for (const key of written.keys) {
    const value = await read(key);
    if (!written.isPossible(key, value)) lost.push(`${what} ${key}: ${value ?? 'missing'}`);
  }
  return lost;
}
