import { waitFor } from '@podkit/chassis/testing/wait-for';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildGeneration, type Makers } from '../../src/assembly/generation.ts';
import { parseConfig } from '../../src/config/read-file.ts';
import { Engine, explain } from '../../src/routing/engine.ts';
import { compileRules } from '../../src/routing/rules.ts';
import { ClockMap } from '../../src/store/clock-map.ts';
import { compileGlob } from '../../src/store/glob.ts';
import { onClose } from '../../src/store/intercept.ts';
import { bytesToKey, keyToBytes, keyToText, textToKey } from '../../src/store/key.ts';
import { buildStores, closeAll, getStore, makers } from '../support/stores.ts';

test('text and bytes survive being a key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (text, bytes) => {
      expect(keyToText(textToKey(text))).toBe(Buffer.from(text).toString());
      expect(keyToBytes(bytesToKey(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('a hostile glob is not slow', () => {
  expect(compileGlob('*a'.repeat(50)).matches('a'.repeat(5000).concat('b'))).toBe(false);
});

test('the longest prefix wins, and rules that look at values are candidates before it', () => {
  const rules = compileRules([
    { prefix: 'a', store: 'short' },
    { prefix: 'ab', minSize: 10, store: 'large' },
    { prefix: 'ab', store: 'long' },
    { store: 'rest' },
  ]);
  const candidates = rules.filter((rule) => rule.takesKey('abc'));
  expect(candidates.map(({ store }) => store)).toEqual(['large', 'long', 'short', 'rest']);
});

test.each([
  [{ contentType: 'image/*' }, { size: 1, options: { contentType: 'image/png; q=1' } }, true],
  [{ contentType: 'image/png' }, { size: 1, options: {} }, false],
  [{ minSize: 1024 }, { size: 1023, options: {} }, false],
  [{ maxTtl: 60_000 }, { size: 1, options: { ttl: 60_000 } }, true],
  [{ maxTtl: 60_000 }, { size: 1, options: {} }, false],
  [{ minTtl: 60_000 }, { size: 1, options: {} }, true],
])('whether a rule with %j takes a write of %j is %j', (rule, write, expected) => {
  expect(compileRules([{ ...rule, store: 's' }])[0]?.takesWrite?.(write)).toBe(expected);
});

test('a map over its budget evicts what was not used, and never holds more than the budget', () => {
  const map = new ClockMap({ maxBytes: 1000 });
  for (let key = 0; key < 10; key += 1) map.set(`k${key}`, { used: false, size: 100 });
  map.get('k0');
  map.set('new', { used: false, size: 100 });
  expect([map.get('k0') !== undefined, map.get('k1'), map.bytes]).toEqual([true, undefined, 1000]);
  expect(map.set('huge', { used: false, size: 1001 })).toBe(false);
});

test('a million keys written and expired leave nothing behind', () => {
  let now = 0;
  const map = new ClockMap({ maxBytes: 100_000_000, now: () => now });
  for (let key = 0; key < 1_000_000; key += 1) {
    map.set(`k${key}`, { used: false, size: 50, expiresAt: now + 100 });
    if (key % 1000 === 0) {
      now += 10;
      map.sweep(20_000);
    }
  }
  now += 1000;
  map.sweep(2_000_000);
  map.sweep(2_000_000);
  expect([map.size, map.bytes]).toEqual([0, 0]);
});

test('a walk through the keys meets each that was there all the time, while others come and go', async () => {
  const generation = buildStores('stores: {memory: {driver: memory}}');
  const store = getStore(generation, 'memory');
  const stable = Array.from({ length: 100 }, (_, index) => `stable-${index}`);
  for (const key of stable) await store.set(key, Buffer.from('1'));
  const seen = new Set<string>();
  let cursor: string | undefined;
  let step = 0;
  do {
    const page = await store.list({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    for (const key of page.keys) seen.add(key);
    cursor = page.cursor;
    step += 1;
    if (step < 50) await store.set(`coming-${step}`, Buffer.from('1'));
    await store.delete(`coming-${step - 2}`);
    await store.set(`stable-${step % 100}`, Buffer.from('2'));
  } while (cursor !== undefined);
  expect(stable.filter((key) => !seen.has(key))).toEqual([]);
  await closeAll(generation);
});

const routed = `
stores:
  main: {driver: route, rules: [{prefix: 'pg:', store: db}, {glob: '*:tmp', store: scratch}, {store: cache}]}
  db: {driver: memory}
  scratch: {driver: memory}
  cache: {driver: redis, url: 'redis://127.0.0.1:1', policies: [{keyPrefix: appid}, {retry: {}}]}
`;

test('a key is explained, and goes past the policies as raw frames only where they allow it', async () => {
  const engine = new Engine(buildStores(routed));
  expect(engine.route('pg:1').raw).toBeUndefined();
  expect(engine.route('x').raw?.keyPrefix).toBe('orders||');
  expect(engine.route('y')).toBe(engine.route('x'));
  const built = engine.generation.stores.get('main');
  expect(built && explain(built, 'a:tmp')).toEqual([
    '"a:tmp": glob "*:tmp" leads to store scratch',
    'store scratch (in-memory) holds it',
  ]);
  await closeAll(engine.generation);
});

test('a reload keeps the stores whose part of the file is as before, with what is in them', async () => {
  const text = 'stores: {a: {driver: memory}, b: {driver: memory}}';
  const made = makers();
  const before = buildGeneration(parseConfig(text, 'f'), made);
  await getStore(before, 'a').set('k', Buffer.from('1'));
  const after = buildGeneration(
    parseConfig(
      `${text.slice(0, -1)}, c: {driver: memory}}`.replace('b: {driver: memory}', 'b: {driver: memory, maxBytes: 1Mi}'),
      'f',
    ),
    made,
    before,
  );
  expect(getStore(after, 'a')).toBe(getStore(before, 'a'));
  expect(getStore(after, 'b')).not.toBe(getStore(before, 'b'));
  expect((await getStore(after, 'a').get('k'))?.value.toString()).toBe('1');
  await Promise.all([closeAll(before), closeAll(after)]);
});

test('a file of which one store cannot be built closes the new ones again, and none that was there before', async () => {
  const closed: string[] = [];
  const made: Makers = {
    ...makers(),
    openBackend: (name, spec) => {
      const { store, ...rest } = makers().openBackend(name, spec);
      return { ...rest, store: onClose(store, () => void closed.push(name)) };
    },
  };
  const old = 'a: {driver: memory, policies: [{near: {}}]}';
  const before = buildGeneration(parseConfig(`stores: {${old}}`, 'f'), made);
  const sealed = 'c: {driver: memory, policies: [{encryption: {keys: [{id: k, file: /none}]}}, {near: {}}]}';
  const text = `stores: {${old}, b: {driver: memory, policies: [{near: {}}]}, ${sealed}}`;
  expect(() => buildGeneration(parseConfig(text, 'f'), made, before)).toThrow('/none cannot be read');
  await waitFor('the new stores to be closed', () => closed.length === 2);
  expect(closed.toSorted()).toEqual(['b', 'c']);
  await closeAll(before);
});
