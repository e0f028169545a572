import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { redisCli } from './support/redis-topologies.ts';
import { buildStores, closeAll, getStore } from './support/stores.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const count = 3000;

let redis: TestServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** A folder with a key file per name, made of one hexadecimal digit. */
function createKeyFolder(digits: Record<string, string>): string {
  const folder = tempDir();
  for (const [name, digit] of Object.entries(digits)) writeFileSync(join(folder, name), digit.repeat(64));
  return folder;
}

test('re-encrypt seals every value with the first key, also when killed half-way and run again, under writes', async () => {
  const folder = createKeyFolder({ old: 'a', new: 'b' });
  const yaml = (...keys: string[]) =>
    `stores: {main: {driver: redis, url: '${redis.url}', policies: [encryption: {keys: [${keys
      .map((id) => `{id: ${id}, file: '${join(folder, id)}'}`)
      .join(', ')}]}]}}`;
  const config = join(folder, 'ambassador.yaml');
  const before = buildStores(yaml('old'));
  const keys = Array.from({ length: count }, (_, index) => `key-${index}`);
  await getStore(before, 'main').writeMany(
    keys.map((key) => ({ kind: 'set', key, value: Buffer.from(key), ttl: 1e7 })),
  );
  await closeAll(before);

  writeFileSync(config, yaml('new', 'old'));
  const job = () => {
    const service = spawnService(main, { args: ['re-encrypt', 'main'], env: { AMBASSADOR_CONFIG: config } });
    onTestFinished(() => void service.child.kill('SIGKILL'));
    return service;
  };
  const sealed = () => Number(redisCli(redis.port, 'EVAL', counting, '0'));
  const first = job();
  await waitFor('some values sealed anew', () => sealed() > 100, { interval: 5 });
  await first.stop('SIGKILL');
  const reached = sealed();
  expect(reached).toBeLessThan(count);

  const both = buildStores(yaml('new', 'old'));
  onTestFinished(() => closeAll(both));
  const writer = getStore(both, 'main');
  const second = job();
  await writer.set('key-7', Buffer.from('changed meanwhile'));
  expect(await second.exited).toEqual({ code: 0, signal: null });
  expect(sealed()).toBe(count);
  // Nothing needs the old key any more, nothing has changed, and expiries are kept.
  const after = buildStores(yaml('new'));
  onTestFinished(() => closeAll(after));
  const values = await getStore(after, 'main').getMany(keys);
  const wanted = keys.map((key) => (key === 'key-7' ? 'changed meanwhile' : key));
  expect(values.map((entry) => (entry && 'value' in entry ? entry.value.toString() : entry))).toEqual(wanted);
  expect(Number(redisCli(redis.port, 'PTTL', 'key-1'))).toBeGreaterThan(0);
});

/** How many values begin as those do that the key `new` sealed. */
const counting = `
  local found = 0
  for _, key in ipairs(redis.call('KEYS', '*')) do
    if string.find(redis.call('HGET', key, 'data'), '\\3new', 1, true) == 6 then found = found + 1 end
  end
  return found`;

test('what cannot be opened, and what is no value, is left alone and counted', async () => {
  const folder = createKeyFolder({ mine: 'c', theirs: 'd' });
  const yaml = (id: string) =>
    `stores: {main: {driver: redis, url: '${redis.url}/1', policies: [encryption: {keys: [{id: ${id}, file: '${join(folder, id)}'}]}]}}`;
  for (const id of ['mine', 'theirs']) {
    const generation = buildStores(yaml(id));
    await getStore(generation, 'main').set(id, Buffer.from('1'));
    await closeAll(generation);
  }
  redisCli(redis.port, '-n', '1', 'RPUSH', 'list', '1');
  const config = join(folder, 'ambassador.yaml');
  writeFileSync(config, yaml('mine'));
  const service = spawnService(main, { args: ['re-encrypt', 'main'], env: { AMBASSADOR_CONFIG: config } });
  expect((await service.exited).code).toBe(1);
  expect(service.logs()).toContainEqual(expect.objectContaining({ written: 1, skipped: 1, unreadable: 1 }));
  expect(service.output.join('\n')).toContain('1 values cannot be decrypted');
});

test('re-encrypt of a store that is not there ends with 1 and says so', async () => {
  const service = spawnService(main, { args: ['re-encrypt', 'nowhere'] });
  expect((await service.exited).code).toBe(1);
  expect(service.output.join('\n')).toContain('no store is named');
});
