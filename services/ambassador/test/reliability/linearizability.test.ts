import { startPostgres } from '@podkit/chassis/testing/servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { type Event, isLinearizable } from '../support/linearizability.ts';
import { buildStores, closeAll, getStore } from '../support/stores.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let proxy: TcpProxy;
beforeAll(async () => {
  postgres = await startPostgres();
  proxy = await startTcpProxy(postgres.port);
});
afterAll(async () => {
  await proxy.close();
  await postgres.stop();
});

test('the checker accepts a possible history and refuses an impossible one', () => {
  const write = { kind: 'write', value: 1, began: 1, ended: 4 } as const;
  expect(isLinearizable([write, { kind: 'read', value: 0, began: 2, ended: 3 }])).toBe(true);
  expect(isLinearizable([write, { kind: 'read', value: 0, began: 5, ended: 6 }])).toBe(false);
  const fresh = { kind: 'read', value: 1, began: 2, ended: 3 } as const;
  const old = { kind: 'read', value: 0, began: 3.5, ended: 3.8 } as const;
  expect(isLinearizable([write, fresh, old])).toBe(false);
});

/** Numbers from 0 to 1 that a seed decides, so that what failed can be seen again (mulberry32). */
function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random clients on a few registers; a write that failed may have happened at any later time, a failed read says nothing. */
async function history(
  store: Store,
  seed: number,
  fault: (random: () => number) => void,
): Promise<Map<string, Event[]>> {
  const registers = new Map<string, Event[]>(['a', 'b', 'c'].map((key) => [`lin-${seed}-${key}`, []]));
  let clock = 0;
  let next = 0;
  const tick = () => {
    clock += 1;
    return clock;
  };
  const client = async (number: number) => {
    const random = randomly(seed + number);
    for (let turn = 0; turn < 60; turn += 1) {
      fault(random);
      const [key, events] = [...registers][Math.floor(random() * registers.size)] ?? ['', []];
      const began = tick();
      if (random() < 0.5) {
        next += 1;
        const value = next;
        const done = await store.set(key, Buffer.from(String(value))).then(
          () => true,
          () => false,
        );
        events.push({ kind: 'write', value, began, ended: done ? tick() : Number.POSITIVE_INFINITY });
      } else {
        const read = await store.get(key, { consistency: 'strong' }).then(
          (entry) => Number(entry?.value ?? 0),
          () => undefined,
        );
        if (read !== undefined) events.push({ kind: 'read', value: read, began, ended: tick() });
      }
    }
  };
  await Promise.all([1, 2, 3, 4].map(client));
  return registers;
}

/** Histories of several seeds, none of which may be impossible. */
async function expectLinearizable(store: Store, fault: (random: () => number) => void): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const seed = Date.now() + round;
    const registers = await history(store, seed, fault);
    const impossible = [...registers].filter(([, events]) => !isLinearizable(events));
    expect({ seed, impossible }).toEqual({ seed, impossible: [] });
  }
}

test('the memory store is linearizable', async () => {
  const generation = buildStores('stores: {memory: {driver: memory}}');
  await expectLinearizable(getStore(generation, 'memory'), () => undefined);
  await closeAll(generation);
});

test('the PostgreSQL store stays linearizable with retries while its connections are cut', async () => {
  const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
  const generation = buildStores(
    `stores: {db: {driver: postgresql, url: '${url}', policies: [retry: {}, timeout: 2s]}}`,
  );
  await expectLinearizable(getStore(generation, 'db'), (random) => {
    if (random() > 0.02) return;
    proxy.cut();
    proxy.heal();
  });
  await closeAll(generation);
});
