import { once } from 'node:events';
import { startRedis } from '@podkit/chassis/testing/servers';
import { expect, onTestFinished, test } from 'vitest';
import { encodeRequest } from '../../src/frontends/redis/protocol/encode-request.ts';
import { ask, frames, mixedEndpoint, redisForTests } from '../support/mixed-endpoint.ts';
import { rawClient } from '../support/redis-endpoint.ts';

// What endpoint.test.ts asks of commands served here, of those that are passed on to a Redis.
const shared = redisForTests();

test('half a gigabyte announced is refused, and takes no memory', async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  const before = process.memoryUsage().arrayBuffers;
  client.send('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n');
  expect(await client.replies(1)).toEqual(['-ERR Protocol error: invalid bulk length\r\n']);
  await client.closed();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
});

test('a pipeline of a quarter of a million writes is answered in order', async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  const part = Buffer.concat(frames('INCR n\n'.repeat(10_000)));
  for (let index = 0; index < 25; index += 1) client.send(part);
  for (let answered = 0; answered < 250_000; answered += 50_000) {
    const replies = await client.replies(50_000);
    expect([replies[0], replies.at(-1)]).toEqual([`:${answered + 1}\r\n`, `:${answered + 50_000}\r\n`]);
  }
});

test('a client that does not read delays no other, and takes a bounded part of the memory', async () => {
  const endpoint = await mixedEndpoint(shared);
  const client = await rawClient(endpoint.port);
  client.send(encodeRequest(['SET', 'big', Buffer.alloc(1_000_000, 'x')]));
  await client.replies(1);
  client.socket.pause();
  const before = process.memoryUsage().arrayBuffers;
  client.send('GET big\r\n'.repeat(300));
  const other = await rawClient(endpoint.port);
  for (let index = 0; index < 20; index += 1) expect(await ask(other, 'INCR n')).toEqual([`:${index + 1}\r\n`]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150_000_000);
  client.socket.destroy();
  await once(client.socket, 'close');
  expect(await ask(other, 'STRLEN big')).toEqual([':1000000\r\n']);
});

test('replies that wait for a slow one take a bounded part of the memory, and all come', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop('SIGKILL'));
  const endpoint = await mixedEndpoint({ redis });
  const client = await rawClient(endpoint.port);
  const other = await rawClient(endpoint.port);
  client.send(encodeRequest(['SET', 'mem:big', Buffer.alloc(1_000_000, 'x')]), 'LLEN l\r\n');
  await client.replies(2);
  redis.child.kill('SIGSTOP');
  const before = process.memoryUsage().arrayBuffers;
  client.send('LLEN l\r\n', 'GET mem:big\r\n'.repeat(300));
  for (let index = 0; index < 5; index += 1) expect(await ask(other, 'PING')).toEqual(['+PONG\r\n']);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  redis.child.kill('SIGCONT');
  for (let index = 0; index < 301; index += 1) expect((await client.replies(1))[0]?.[0]).toBe(index === 0 ? ':' : '$');
});

test('the keys that a client watches take a bounded part of the memory', async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  const watch = (number: number) =>
    client.send(encodeRequest(['WATCH', Buffer.concat([Buffer.from(`mem:${number}`), Buffer.alloc(8_000_000, 'x')])]));
  for (let number = 0; number < 9; number += 1) watch(number);
  expect(await client.replies(9)).toEqual([...Array(8).fill('+OK\r\n'), '-ERR the transaction is too large\r\n']);
  expect(await ask(client, 'UNWATCH\nPING')).toEqual(['+OK\r\n', '+PONG\r\n']);
});

test.each([
  ['KEYS', ['KEYS', '*a'.repeat(40_000)], '-ERR the pattern is too long\r\n'],
  ['SCAN', ['SCAN', '0', 'MATCH', '?'.repeat(70_000)], '-ERR the pattern is too long\r\n'],
  ['INCRBYFLOAT', ['INCRBYFLOAT', 'mem:f', '9'.repeat(1_000_000)], '-ERR value is not a valid float\r\n'],
  [
    'SETRANGE',
    ['SETRANGE', 'mem:r', String(64 * 1024 * 1024), 'x'],
    '-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n',
  ],
])('%s with a huge argument is refused at once', async (_command, words, refusal) => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  client.send(encodeRequest(words));
  expect(await client.replies(1)).toEqual([refusal]);
});

test('a client that closes its side after asking still gets every reply', async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  client.socket.end(Buffer.concat(frames('RPUSH l 1\nLLEN l\nMGET a mem:b\nLPOP l')));
  expect(await client.replies(4)).toEqual([':1\r\n', ':1\r\n', '*2\r\n$-1\r\n$-1\r\n', '$1\r\n1\r\n']);
  await client.closed();
});

test('a client that goes away in the middle of a request leaves no trace', async () => {
  const endpoint = await mixedEndpoint(shared);
  const client = await rawClient(endpoint.port);
  client.send('*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$10\r\nabc');
  const other = await rawClient(endpoint.port);
  await ask(other, 'PING');
  client.socket.resetAndDestroy();
  expect(await ask(other, 'EXISTS half\nSET half whole\nGET half')).toEqual([':0\r\n', '+OK\r\n', '$5\r\nwhole\r\n']);
});

test('keys and values of any bytes are passed on as they are', async () => {
  const client = await rawClient((await mixedEndpoint(shared, 'app||')).port);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  client.send(encodeRequest(['RPUSH', bytes, bytes]), encodeRequest(['LRANGE', bytes, '0', '-1']));
  expect(await client.replies(2)).toEqual([':1\r\n', `*1\r\n$256\r\n${bytes.toString('latin1')}\r\n`]);
});
