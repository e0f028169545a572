import { startPostgres } from '@podkit/chassis/testing/servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../src/engine/store.ts';
import { closeAll, storeOf, storesOf } from '../stores.ts';
import { type Event, isLinearizable } from './linearizability.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

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
  const [fresh, old] = [
    { kind: 'read', value: 1, began: 2, ended: 3 },
    { kind: 'read', value: 0, began: 3.5, ended: 3.8 },
  ] as const;
  expect(isLinearizable([write, fresh, old])).toBe(false);
});

/** Random clients on a few registers; a write that failed may have happened at any later time, a failed read says nothing. */
async function history(store: Store, fault: (step: number) => void): Promise<Map<string, Event[]>> {
  const registers = new Map<string, Event[]>(['a', 'b', 'c'].map((key) => [`lin-${key}`, []]));
  let [clock, next, step] = [0, 0, 0];
  const tick = () => {
    clock += 1;
    return clock;
  };
  const client = async (seed: number) => {
    for (let turn = 0; turn < 60; turn += 1) {
      step += 1;
      fault(step);
      const [key, events] = [...registers][(seed * 7 + turn * 3) % registers.size] ?? ['', []];
      const began = tick();
      if ((seed + turn) % 2 === 0) {
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

test('the memory store is linearizable', async () => {
  const generation = storesOf('stores: {memory: {driver: memory}}');
  const registers = await history(storeOf(generation, 'memory'), () => undefined);
  for (const events of registers.values()) expect(isLinearizable(events)).toBe(true);
  await closeAll(generation);
});

test('the PostgreSQL store stays linearizable with retries while its connections are cut', async () => {
  const url = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
  const generation = storesOf(`stores: {db: {driver: postgresql, url: '${url}', policies: [retry: {}, timeout: 2s]}}`);
  const registers = await history(storeOf(generation, 'db'), (step) => {
    if (step % 40 === 0) {
      proxy.cut();
      proxy.heal();
    }
  });
  for (const events of registers.values()) expect(isLinearizable(events)).toBe(true);
  await closeAll(generation);
});
