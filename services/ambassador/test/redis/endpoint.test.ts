import { join } from 'node:path';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, test } from 'vitest';
import { encodeRequest } from '../../src/frontends/redis/protocol/encode-request.ts';
import { defaultLimits } from '../../src/frontends/redis/protocol/request-limits.ts';
import { intercept } from '../../src/store/intercept.ts';
import type { Store } from '../../src/store/store.ts';
import { memoryRoute, prefixEngine } from '../support/engine.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';
import { memory, unavailable } from '../support/scripted-store.ts';

const engine = () => prefixEngine([['', memoryRoute()]]);
const guarded = { credentials: { username: 'default', password: () => 'sesame' } };

describe('an endpoint with a password', () => {
  test('refuses clients without it, with the errors of Redis', async () => {
    const client = await rawClient((await openEndpoint(engine(), guarded)).port);
    client.send(
      'GET a\r\nPING\r\nHELLO 3\r\nAUTH wrong\r\nAUTH default sesame x\r\nAUTH sesame\r\nPING\r\nRESET\r\nPING\r\n',
    );
    expect(await client.replies(9)).toEqual([
      '-NOAUTH Authentication required.\r\n',
      '-NOAUTH Authentication required.\r\n',
      expect.stringMatching(/^-NOAUTH HELLO must be called with the client already authenticated/),
      '-WRONGPASS invalid username-password pair or user is disabled.\r\n',
      '-ERR syntax error\r\n',
      '+OK\r\n',
      '+PONG\r\n',
      '+RESET\r\n',
      '-NOAUTH Authentication required.\r\n',
    ]);
  });

  test('accepts it in HELLO, too', async () => {
    const client = await rawClient((await openEndpoint(engine(), guarded)).port);
    client.send('HELLO 3 AUTH default sesame SETNAME me\r\nCLIENT GETNAME\r\n');
    expect(await client.replies(2)).toEqual([expect.stringMatching(/^%7\r\n/), '$2\r\nme\r\n']);
  });

  test('holds little memory for a client that has not authenticated', async () => {
    const client = await rawClient((await openEndpoint(engine(), guarded)).port);
    client.send('*2\r\n$3\r\nGET\r\n$20000\r\n');
    expect(await client.replies(1)).toEqual(['-ERR Protocol error: unauthenticated bulk length\r\n']);
    await client.closed();
  });
});

test.each([
  ['*1\r\n$600000000\r\n', 'invalid bulk length'],
  ['*x\r\n', 'invalid multibulk length'],
  ['*1\r\n:1\r\n', "expected '$', got ':'"],
])('after %j the client gets the reason and is disconnected', async (bytes, why) => {
  const client = await rawClient((await openEndpoint(engine())).port);
  client.send('PING\r\n', bytes);
  expect(await client.replies(2)).toEqual(['+PONG\r\n', `-ERR Protocol error: ${why}\r\n`]);
  await client.closed();
});

test('an unknown command is an error, and the connection stays open', async () => {
  const client = await rawClient((await openEndpoint(engine())).port);
  client.send("LPUSH l 'a b'\r\nFOO\r\nGET\r\nCLIENT NOSUCH\r\nSUBSCRIBE c\r\nPING\r\n");
  expect(await client.replies(6)).toEqual([
    "-ERR unknown command 'LPUSH', with args beginning with: 'l' 'a b' \r\n",
    "-ERR unknown command 'FOO', with args beginning with: \r\n",
    "-ERR wrong number of arguments for 'get' command\r\n",
    "-ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.\r\n",
    '-ERR no configured store supports pub/sub\r\n',
    '+PONG\r\n',
  ]);
});

test('one client too many gets an error', async () => {
  const endpoint = await openEndpoint(engine(), { maxClients: 1 });
  const first = await rawClient(endpoint.port);
  first.send('PING\r\n');
  await first.replies(1);
  const second = await rawClient(endpoint.port);
  expect(await second.replies(1)).toEqual(['-ERR max number of clients reached\r\n']);
  await second.closed();
  expect(await endpoint.metricsText()).toContain('podkit_ambassador_redis_rejected_connections_total 1');
});

test('one client too many that sends first is disconnected, too', async () => {
  const endpoint = await openEndpoint(engine(), { maxClients: 0 });
  const client = await rawClient(endpoint.port);
  client.socket.end('PING\r\n');
  await client.closed();
  await expect(endpoint.close()).resolves.toBeUndefined();
});

test('requests that come in pieces are not mixed with those of other clients', async () => {
  const endpoint = await openEndpoint(engine());
  const clients = await Promise.all(Array.from({ length: 8 }, () => rawClient(endpoint.port)));
  const bytes = clients.map((_client, index) => encodeRequest(['SET', `key-${index}`, `${index}`.repeat(100_000)]));
  for (const [from, to] of [
    [0, 7],
    [7, 20_000],
    [20_000, 20_010],
    [20_010, undefined],
  ]) {
    for (const [index, client] of clients.entries()) client.send(bytes[index]?.subarray(from, to) ?? '');
    const last = await rawClient(endpoint.port);
    last.send('PING\r\n');
    await last.replies(1);
  }
  for (const [index, client] of clients.entries()) {
    client.send(`GET key-${index}\r\n`);
    expect(await client.replies(2)).toEqual(['+OK\r\n', `$100000\r\n${`${index}`.repeat(100_000)}\r\n`]);
  }
});

test('a client that closes its side after asking still gets every reply', async () => {
  const client = await rawClient((await openEndpoint(engine())).port);
  client.socket.end('SET a 1\r\nGET a\r\nINCR a\r\n');
  expect(await client.replies(3)).toEqual(['+OK\r\n', '$1\r\n1\r\n', ':2\r\n']);
  await client.closed();
});

test('QUIT is answered, and then the connection ends', async () => {
  const client = await rawClient((await openEndpoint(engine())).port);
  client.send('SET a 1\r\nQUIT\r\nGET a\r\n');
  expect(await client.replies(3)).toEqual(['+OK\r\n', '+OK\r\n']);
  await client.closed();
});

test('a million pipelined commands are all answered', async () => {
  const client = await rawClient((await openEndpoint(engine())).port);
  const part = Buffer.from('PING\r\n'.repeat(50_000));
  for (let index = 0; index < 20; index += 1) client.send(part);
  let answered = 0;
  while (answered < 1_000_000) {
    const replies = await client.replies(50_000);
    expect(replies).toHaveLength(50_000);
    answered += replies.length;
  }
});

test('a client that does not read is not read from, and takes a bounded part of the memory', async () => {
  const endpoint = await openEndpoint(engine());
  const client = await rawClient(endpoint.port);
  client.send(encodeRequest(['SET', 'big', Buffer.alloc(1_000_000, 'x')]));
  await client.replies(1);
  client.socket.pause();
  const before = process.memoryUsage().arrayBuffers;
  client.send('GET big\r\n'.repeat(200));
  const other = await rawClient(endpoint.port);
  for (let index = 0; index < 20; index += 1) {
    other.send('PING\r\n');
    expect(await other.replies(1)).toEqual(['+PONG\r\n']);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  client.socket.resume();
  expect(await client.replies(200)).toHaveLength(200);
});

test('keys and values of any bytes come back as they were', async () => {
  const client = await rawClient((await openEndpoint(engine())).port);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  client.send(encodeRequest(['SET', bytes, bytes]), encodeRequest(['GET', bytes]), encodeRequest(['KEYS', '*']));
  const bulk = `$256\r\n${bytes.toString('latin1')}\r\n`;
  expect(await client.replies(3)).toEqual(['+OK\r\n', bulk, `*1\r\n${bulk}`]);
});

test('a value over the limit is refused and the connection ends', async () => {
  const limits = { ...defaultLimits, maxBulk: 1000 };
  const endpoint = await openEndpoint(engine(), { limits });
  const at = await rawClient(endpoint.port);
  const over = await rawClient(endpoint.port);
  at.send(encodeRequest(['SET', 'a', 'x'.repeat(1000)]));
  over.send(encodeRequest(['SET', 'a', 'x'.repeat(1001)]));
  expect(await at.replies(1)).toEqual(['+OK\r\n']);
  expect(await over.replies(1)).toEqual(['-ERR Protocol error: invalid bulk length\r\n']);
});

test('the Unix socket is the same endpoint', async () => {
  const socketPath = join(tempDir(), 'redis.sock');
  await openEndpoint(engine(), { socketPath });
  const client = await rawClient(socketPath);
  client.send('PING\r\n');
  expect(await client.replies(1)).toEqual(['+PONG\r\n']);
});

test('an endpoint that closes answers what was asked, then closes all connections', async () => {
  const endpoint = await openEndpoint(engine());
  const busy = await rawClient(endpoint.port);
  const idle = await rawClient(endpoint.port);
  idle.send('PING\r\n');
  await idle.replies(1);
  busy.send('SET a 1\r\nGET a\r\n');
  await waitFor('the commands', async () => (await endpoint.metricsText()).includes('command="get"} 1'));
  await endpoint.close();
  expect(await busy.replies(2)).toEqual(['+OK\r\n', '$1\r\n1\r\n']);
  await Promise.all([busy.closed(), idle.closed()]);
});

test('a key that is watched twice and was written in between fails the transaction', async () => {
  const client = await rawClient((await openEndpoint(engine())).port);
  client.send('WATCH k\r\nSET k 1\r\nWATCH k\r\nMULTI\r\nGET k\r\nEXEC\r\n');
  expect((await client.replies(6)).at(-1)).toBe('*-1\r\n');
});

test('FLUSHALL answers with the error of a key that was not deleted', async () => {
  const store: Store = {
    ...intercept(memory(), (_operation, run) => run()),
    writeMany: async (writes) => writes.map(() => unavailable()),
  };
  const client = await rawClient((await openEndpoint(prefixEngine([['', { store, raw: undefined }]]))).port);
  client.send('SET k 1\r\nFLUSHALL\r\n');
  expect(await client.replies(2)).toEqual(['+OK\r\n', '-ERR away\r\n']);
});

test('a taken port is an error that names the setting', async () => {
  const { port } = await openEndpoint(engine());
  await expect(openEndpoint(engine(), { port })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${port}: the address is already in use; set REDIS_PORT to another`,
  );
});
