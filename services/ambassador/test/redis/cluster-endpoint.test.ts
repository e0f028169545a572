import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { keySlot } from '../../src/frontends/redis/upstream/cluster/key-slot.ts';
import { Engine } from '../../src/routing/engine.ts';
import { ask, frames } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { redisCli, startCluster } from '../support/redis-topologies.ts';
import { buildStores, closeAll } from '../support/stores.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

let cluster: Awaited<ReturnType<typeof startCluster>>;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

/** A client of an endpoint before the cluster, of which it knows one node. */
async function clusterEndpoint(rest = '', node = cluster.addresses[1]) {
  const generation = buildStores(
    `stores: {main: {driver: redis, cluster: {nodes: ['${node}']}, connectTimeout: 1s${rest}}}`,
  );
  onTestFinished(() => closeAll(generation));
  const endpoint = await openEndpoint(new Engine(generation));
  return { open: () => rawClient(endpoint.port) };
}

test('the slot of a key is what Redis says it is', () => {
  const key = fc.oneof(fc.string({ unit: fc.constantFrom('{', '}', 'a', 'b') }), fc.string());
  fc.assert(
    fc.property(key, (text) => {
      const slot = keySlot(Buffer.from(text).toString('latin1'));
      expect(String(slot)).toBe(redisCli(cluster.nodes[0]?.port ?? 0, 'CLUSTER', 'KEYSLOT', text));
    }),
    { numRuns: 60 },
  );
});

test('every command with keys reaches the node of its slot, and several keys are one request only on one slot', async () => {
  const { open } = await clusterEndpoint();
  const client = await open();
  await ask(client, 'FLUSHALL');
  expect(
    await ask(
      client,
      'RPUSH a 1 2\nRPUSH b 3\nRPUSH c 4\nLRANGE a 0 -1\nLLEN b\nEVAL return(redis.call("llen",KEYS[1])) 1 c',
    ),
  ).toEqual([':2\r\n', ':1\r\n', ':1\r\n', '*2\r\n$1\r\n1\r\n$1\r\n2\r\n', ':1\r\n', ':1\r\n']);
  expect(
    await ask(
      client,
      'SADD {t}a 1 2\nSADD {t}b 2 3\nSINTER {t}a {t}b\nSINTER a b\nRENAME {t}a {t}c\nRENAME a b\nMSETNX x 1 y 2',
    ),
  ).toEqual([
    ':2\r\n',
    ':2\r\n',
    '*1\r\n$1\r\n2\r\n',
    "-CROSSSLOT Keys in request don't hash to the same slot\r\n",
    '+OK\r\n',
    "-CROSSSLOT Keys in request don't hash to the same slot\r\n",
    "-CROSSSLOT Keys in request don't hash to the same slot\r\n",
  ]);
  expect(await ask(client, 'MSET x 1 y 2 z 3\nMGET x y z none\nDEL x y\nEXISTS x y z')).toEqual([
    '+OK\r\n',
    '*4\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$-1\r\n',
    ':2\r\n',
    ':1\r\n',
  ]);
});

test('transactions, WATCH, blocking commands, scripts and messages work on a cluster', async () => {
  const { open } = await clusterEndpoint();
  const client = await open();
  const other = await open();
  expect(await ask(client, 'MULTI\nSET {m}a 1\nINCR {m}a\nEXEC')).toContain('*2\r\n+OK\r\n:2\r\n');
  expect((await ask(client, 'MULTI\nSET m1 1\nSET m2 1\nEXEC')).slice(2)).toEqual([
    "-CROSSSLOT Keys in request don't hash to the same slot\r\n",
    '-EXECABORT Transaction discarded because of previous errors.\r\n',
  ]);
  await ask(client, 'WATCH {m}a');
  await ask(other, 'SET {m}a 5');
  expect((await ask(client, 'MULTI\nSET {m}a 6\nEXEC')).at(-1)).toBe('*-1\r\n');
  client.send(...frames('BLPOP jobs 0'));
  await ask(other, 'RPUSH jobs one');
  expect(await client.replies(1)).toEqual(['*2\r\n$4\r\njobs\r\n$3\r\none\r\n']);
  const [sha = ''] = await ask(client, 'SCRIPT LOAD return(KEYS[1])');
  for (const key of ['a', 'b', 'c'])
    expect(await ask(client, `EVALSHA ${sha.split('\r\n')[1]} 1 ${key}`)).toEqual([`$1\r\n${key}\r\n`]);
  await ask(client, 'SUBSCRIBE news');
  await ask(other, 'PUBLISH news hello');
  expect(await client.replies(1)).toEqual(['*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n']);
});

test('SCAN, DBSIZE and FLUSHALL see the keys of all nodes, of any type', async () => {
  const plain = await (await clusterEndpoint()).open();
  const client = await (await clusterEndpoint(', policies: [{keyPrefix: appid}]')).open();
  await ask(plain, 'FLUSHALL');
  const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
  await ask(client, keys.map((key) => `RPUSH ${key} 1`).join('\n'));
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [page = ''] = await ask(client, `SCAN ${cursor} COUNT 5 TYPE list`);
    seen.push(...(page.match(/key-\d+/g) ?? []));
    cursor = page.split('\r\n')[2] ?? '0';
  } while (cursor !== '0');
  expect(seen.toSorted()).toEqual(keys.toSorted());
  expect(await ask(plain, 'DBSIZE')).toEqual([':30\r\n']);
  expect(await ask(client, 'DBSIZE\nFLUSHALL\nDBSIZE')).toEqual([':30\r\n', '+OK\r\n', ':0\r\n']);
});

test('while slots move, every write is done once and in order, and readers see it', async () => {
  const { open } = await clusterEndpoint();
  const clients = await Promise.all(Array.from({ length: 5 }, open));
  const [from = '', to = ''] = cluster.nodes.map(({ port }) => redisCli(port, 'CLUSTER', 'MYID'));
  const move = ['--cluster-from', from, '--cluster-to', to, '--cluster-slots', '1500', '--cluster-yes'];
  const child = spawn('redis-cli', ['--cluster', 'reshard', cluster.addresses[0] ?? '', ...move], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  let moving = true;
  const rounds = await Promise.all(
    clients.map(async (client, number) => {
      let round = 0;
      for (; moving || round === 0; round += 1) {
        const lists = Array.from({ length: 20 }, (_, list) => `move-${number}-${list}`);
        const pushes = lists.map((list) => `RPUSH ${list} ${2 * round}\nRPUSH ${list} ${2 * round + 1}`);
        const replies = await ask(client, pushes.join('\n'));
        expect(replies).toEqual(lists.flatMap(() => [`:${2 * round + 1}\r\n`, `:${2 * round + 2}\r\n`]));
        const [exec] = (await ask(client, `MULTI\nINCR move-${number}-n\nEXEC`)).slice(-1);
        expect(exec).toBe(`*1\r\n:${round + 1}\r\n`);
        if (child.exitCode !== null) moving = false;
      }
      return round;
    }),
  );
  expect(await ended).toEqual([0, null]);
  for (const [number, client] of clients.entries()) {
    const [list = ''] = await ask(client, `LRANGE move-${number}-7 0 -1`);
    const values = list.split('\r\n').filter((_line, index) => index > 0 && index % 2 === 0);
    expect(values.map(Number)).toEqual(Array.from({ length: 2 * (rounds[number] ?? 0) }, (_, value) => value));
  }
});

test('a client that leaves while WAIT looks for the servers leaves no connection', async () => {
  const port = cluster.nodes[1]?.port ?? 0;
  const proxy = await startTcpProxy(port);
  onTestFinished(() => proxy.close());
  proxy.swallow();
  const { open } = await clusterEndpoint('', `127.0.0.1:${proxy.port}`);
  const leaving = await open();
  const other = await open();
  leaving.send(...frames('PING\nWAIT 1 0'));
  await leaving.replies(1);
  leaving.socket.destroy();
  await leaving.closed();
  proxy.heal();
  await waitFor('a reply', async () => (await ask(other, 'WAIT 0 1'))[0] === ':0\r\n');
  await waitFor('no WAIT on the node', () => !redisCli(port, 'CLIENT', 'LIST').includes('cmd=wait'));
});

test('a node that dies costs errors for its slots only, and is found again when it is back', async () => {
  const client = await (await clusterEndpoint()).open();
  const keys = Array.from({ length: 30 }, (_, index) => `died-${index}`);
  const commands = keys.map((key) => `HSET ${key} f 1`).join('\n');
  const failures = async () => (await ask(client, commands)).filter((reply) => reply.startsWith('-')).length;
  expect(await failures()).toBe(0);
  await cluster.nodes[2]?.stop('SIGKILL');
  expect(await failures()).toBeGreaterThan(0);
  await cluster.restart(2);
  await waitFor('every slot', async () => (await failures()) === 0, { timeout: 20_000 });
});
