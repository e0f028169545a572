import { isDeepStrictEqual } from 'node:util';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, it } from 'vitest';
import { ownerOf } from '../src/shard/rendezvous.ts';
import type { RunningApp } from './support/start-app.ts';
import { StatefulSet } from './support/stateful-set.ts';

const keys = Array.from({ length: 40 }, (_, index) => `key-${index}`);
const at = ({ url }: RunningApp, key: string) => `${url}/api/shard/${key}`;
const put = (pod: RunningApp, key: string, value: string) => fetch(at(pod, key), { method: 'PUT', body: value });

async function readAll(pod: RunningApp): Promise<Record<string, string>> {
  const values = await Promise.all(keys.map(async (key) => (await fetch(at(pod, key))).text()));
  return Object.fromEntries(keys.map((key, index) => [key, values[index] ?? '']));
}

const everyKey = Object.fromEntries(keys.map((key) => [key, `value of ${key}`]));

async function ordinalsOf(pod: RunningApp): Promise<number[]> {
  const found = await Promise.all(keys.map(async (key) => (await fetch(at(pod, key))).headers.get('x-shard-ordinal')));
  return found.map(Number);
}

describe('a StatefulSet', () => {
  it('keeps every key while it scales 1, 3, 1, 3, each at the Pod that it belongs to', async () => {
    const set = await StatefulSet.create();
    const first = await set.start(0);
    for (const key of keys) expect((await put(first, key, `value of ${key}`)).status).toBe(200);
    await set.start(1);
    await set.start(2);
    // A Pod is ready before the others have handed their keys over; until then they answer for them.
    const owners = keys.map((key) => ownerOf(key, [0, 1, 2]));
    await waitFor('every key at its Pod', async () => isDeepStrictEqual(await ordinalsOf(first), owners));
    expect(await readAll(set.pod(2))).toEqual(everyKey);
    expect(await set.stop(2)).toBe(0);
    expect(await set.stop(1)).toBe(0);
    expect(await readAll(first)).toEqual(everyKey);
    await set.start(1);
    await set.start(2);
    expect(await readAll(set.pod(1))).toEqual(everyKey);
  });

  it('says 503 for the keys of a killed Pod, never 404, and has them back with its volume', async () => {
    const set = await StatefulSet.create();
    const first = await set.start(0);
    await set.start(1);
    for (const key of keys) await put(first, key, `value of ${key}`);
    await set.kill(1);
    const mine = keys.find((key) => ownerOf(key, [0, 1]) === 0) ?? '';
    const theirs = keys.find((key) => ownerOf(key, [0, 1]) === 1) ?? '';
    expect((await fetch(at(first, mine))).status).toBe(200);
    expect((await fetch(at(first, theirs))).status).toBe(503);
    expect((await put(first, theirs, 'lost?')).status).toBe(503);
    await set.start(1);
    await waitFor('the keys to be back', async () => (await fetch(at(first, theirs))).ok);
    expect(await readAll(first)).toEqual(everyKey);
  });

  it('serves the keys of the Pods that are there while one is away, also after a restart, and takes new ones', async () => {
    const set = await StatefulSet.create();
    for (const ordinal of [0, 1, 2]) await set.start(ordinal);
    for (const key of keys) await put(set.pod(0), key, `value of ${key}`);
    await set.kill(2);
    const fresh = Array.from({ length: 40 }, (_, index) => `new-${index}`).filter(
      (key) => ownerOf(key, [0, 1, 2]) !== 2,
    );
    for (const key of fresh) expect((await put(set.pod(0), key, 'new')).status).toBe(200);
    await set.kill(1);
    await set.start(1);
    const there = keys.filter((key) => ownerOf(key, [0, 1, 2]) !== 2);
    for (const key of there) expect(await (await fetch(at(set.pod(1), key))).text()).toBe(`value of ${key}`);
    await set.start(2);
    expect(await readAll(set.pod(0))).toEqual(everyKey);
  });

  it('fails no read or write while its Pods are restarted one by one', async () => {
    const set = await StatefulSet.create();
    for (const ordinal of [0, 1, 2]) await set.start(ordinal);
    const entry = set.pod(0);
    const written = new Map<string, string>();
    const failures: string[] = [];
    const over = new AbortController();
    const load = (async () => {
      for (let round = 0; !over.signal.aborted; round += 1) {
        const key = keys[round % keys.length] ?? '';
        const answer = await put(entry, key, String(round));
        if (answer.ok) written.set(key, String(round));
        else failures.push(`PUT ${key}: ${answer.status} ${await answer.text()}`);
        const read = await fetch(at(entry, key));
        const text = await read.text();
        if (!read.ok || text !== written.get(key)) failures.push(`GET ${key}: ${read.status} ${text}`);
      }
    })();
    for (const ordinal of [2, 1]) {
      await set.stop(ordinal);
      await set.start(ordinal);
    }
    over.abort();
    await load;
    expect(failures).toEqual([]);
    expect(written.size).toBe(keys.length);
  });
});
