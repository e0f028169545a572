import { startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { encodeRequest } from '../../src/frontends/redis/protocol/encode-request.ts';
import { memoryRoute, prefixEngine, redisRoute } from './engine.ts';
import { openEndpoint, type RawClient, rawClient, type TestEndpoint } from './redis-endpoint.ts';

export const frames = (commands: string): Buffer[] =>
  commands
    .trim()
    .split('\n')
    .map((line) => encodeRequest(line.trim().split(' ')));

/** One command per line, sent in one pipeline; their replies. */
export async function ask(client: RawClient, commands: string): Promise<string[]> {
  const requests = frames(commands);
  client.send(...requests);
  return client.replies(requests.length);
}

/** A Redis for a file of tests, empty before each, with a client past the endpoint. */
export function redisForTests() {
  const shared = {} as { redis: TestServer; direct: RawClient };
  beforeAll(async () => {
    shared.redis = await startRedis();
  });
  afterAll(() => shared.redis.stop());
  beforeEach(async () => {
    shared.direct = await rawClient(shared.redis.port);
    await ask(shared.direct, 'FLUSHALL');
  });
  return shared;
}

/** Keys that begin with `mem:` in memory, the rest in the Redis. */
export async function mixedEndpoint({ redis }: { redis: TestServer }, prefix = ''): Promise<TestEndpoint> {
  const memory = memoryRoute();
  const toRedis = redisRoute(redis.port, memory.store, { keyPrefix: prefix });
  return openEndpoint(
    prefixEngine([
      ['mem:', memory],
      ['', toRedis],
    ]),
  );
}
