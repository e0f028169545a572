import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodeRequest } from '../../src/frontends/redis/protocol/encode-request.ts';
import { memoryRoute, prefixEngine, redisRoute } from '../support/engine.ts';
import { ask, frames, mixedEndpoint, redisForTests } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';

const shared = redisForTests();

/** An endpoint whose only store is the Redis. */
const redisEndpoint = () => openEndpoint(prefixEngine([['', redisRoute(shared.redis.port, memoryRoute().store)]]));

/** The same conversation with the endpoint and with the Redis itself. */
async function bothReply(commands: string): Promise<[endpoint: string[], redis: string[]]> {
  const endpoint = await rawClient((await redisEndpoint()).port);
  const through = await ask(endpoint, commands);
  await ask(shared.direct, 'FLUSHALL');
  return [through, await ask(shared.direct, commands)];
}

describe('a transaction of commands without a key', () => {
  test.each([
    ['nothing', 'MULTI\nEXEC'],
    ['PING and ECHO', 'MULTI\nPING\nECHO x\nEXEC'],
    ['PUBLISH', 'MULTI\nPUBLISH c m\nEXEC'],
    ['the database', 'SET a 1\nMULTI\nDBSIZE\nKEYS *\nRANDOMKEY\nSCAN 0\nFLUSHDB\nDBSIZE\nEXEC'],
    ['SCRIPT', 'MULTI\nSCRIPT EXISTS abc\nEXEC'],
    ['UNWATCH and WAIT', 'WATCH k\nMULTI\nUNWATCH\nWAIT 0 0\nEXEC'],
    ['SELECT 0', 'MULTI\nSET a 1\nSELECT 0\nGET a\nEXEC'],
    ['CLIENT', 'MULTI\nCLIENT SETNAME me\nCLIENT GETNAME\nSET a 1\nEXEC\nCLIENT GETNAME'],
  ])('with %s is answered as by the Redis itself', async (_what, commands) => {
    const [through, direct] = await bothReply(commands);
    expect(through).toEqual(direct);
  });

  test('is refused where it is about keys of several stores', async () => {
    const client = await rawClient((await mixedEndpoint(shared)).port);
    const answers = await ask(client, 'MULTI\nFLUSHDB\nEXEC');
    expect(answers[1]).toBe('-ERR FLUSHDB is not supported inside MULTI here\r\n');
    expect(answers[2]).toContain('EXECABORT');
  });

  test('is answered by the endpoint where there is no Redis', async () => {
    const client = await rawClient((await openEndpoint(prefixEngine([['', memoryRoute()]]))).port);
    expect((await ask(client, 'MULTI\nPING\nSET a 1\nGET a\nSELECT 0\nEXEC')).at(-1)).toBe(
      '*4\r\n+PONG\r\n+OK\r\n$1\r\n1\r\n+OK\r\n',
    );
  });
});

test.each([
  'BZMPOP 1 x MIN\nBZMPOP 1 0 k MIN\nBLMPOP 1 -1 k LEFT\nBZMPOP',
  'COMMAND GETKEYS MSET a 1 b 2\nCOMMAND GETKEYSANDFLAGS SET a 1\nCOMMAND GETKEYS PING',
  'SET a 1\nDBSIZE\nRANDOMKEY\nKEYS a*\nSCAN 0 COUNT 100 TYPE string\nSCAN x\nKEYS',
  'SCRIPT KILL\nFUNCTION KILL',
])('%s is answered as by the Redis itself', async (commands) => {
  const [through, direct] = await bothReply(commands);
  expect(through).toEqual(direct);
});

test('WAIT is refused once when the connection that wrote was lost', async () => {
  const client = await rawClient((await redisEndpoint()).port);
  await ask(client, 'SET k 1');
  await ask(shared.direct, 'CLIENT KILL TYPE normal SKIPME yes');
  await waitFor('another connection', async () => (await ask(client, 'GET k'))[0] === '$1\r\n1\r\n');
  const [first = '', ...others] = await ask(client, 'WAIT 0 10\nWAIT 0 10');
  expect(first).toContain('ERR a connection that this client used was lost');
  expect(others).toEqual([':0\r\n']);
});

test('a script that does not end is killed by SCRIPT KILL, and the others go on', async () => {
  await ask(shared.direct, 'CONFIG SET busy-reply-threshold 10');
  const endpoint = await redisEndpoint();
  const busy = await rawClient(endpoint.port);
  const other = await rawClient(endpoint.port);
  busy.send(encodeRequest(['EVAL', 'while true do end', '0']));
  await waitFor('the kill', async () => (await ask(other, 'SCRIPT KILL'))[0] === '+OK\r\n');
  expect((await busy.replies(1))[0]).toContain('Script killed by user');
  expect(await ask(other, 'SET k 1')).toEqual(['+OK\r\n']);
});

test.each([
  'EVAL x y',
  'EVAL x -1',
  'EVAL x 3 a',
  'ZUNION 0 a',
  'ZUNION x a',
  'ZUNION 5 a b',
  'SINTERCARD 0 a',
  'SINTERCARD x a',
  'SINTERCARD 9 a',
  'LMPOP 0 a LEFT',
  'ZMPOP 7 a MIN',
  'ZINTERSTORE out 0 a',
  'XREAD STREAMS a',
  'XREAD COUNT 1 NOSUCH a 0',
  'XREADGROUP GROUP streams c COUNT 1 STREAMS nokey >',
])('%s is answered in the words of the Redis', async (command) => {
  const [through, direct] = await bothReply(command);
  expect(through).toEqual(direct);
});

test.each([2, 3])('shard channels reach their subscribers in RESP%i', async (protocol) => {
  const endpoint = await redisEndpoint();
  const subscriber = await rawClient(endpoint.port);
  const publisher = await rawClient(endpoint.port);
  await ask(subscriber, `HELLO ${protocol}`);
  await ask(shared.direct, `HELLO ${protocol}`);
  const same = async (commands: string, count: number) => {
    for (const client of [subscriber, shared.direct]) client.send(...frames(commands));
    const through = await subscriber.replies(count);
    const direct = await shared.direct.replies(count);
    expect(through).toEqual(direct);
  };
  await same('SSUBSCRIBE a b', 2);
  await same('SUBSCRIBE news', 1);
  expect(await ask(publisher, 'SPUBLISH a hello')).toEqual([':2\r\n']);
  await same('SUNSUBSCRIBE a', 2);
  await same('SUNSUBSCRIBE', 1);
  await same('SUNSUBSCRIBE', 1);
  await same('UNSUBSCRIBE', 1);
});

test('ROLE is the one of a master without replicas, alone and in a transaction', async () => {
  const client = await rawClient((await redisEndpoint()).port);
  const role = '*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n';
  expect((await ask(client, 'ROLE\nMULTI\nROLE\nEXEC')).filter((reply) => reply.startsWith('*'))).toEqual([
    role,
    `*1\r\n${role}`,
  ]);
});

test('FUNCTION loads and calls a function', async () => {
  const client = await rawClient((await redisEndpoint()).port);
  const code = "#!lua\u00a0name=lib\nredis.register_function('answer', function() return 42 end)".replaceAll(
    '\u00a0',
    ' ',
  );
  client.send(encodeRequest(['FUNCTION', 'LOAD', code]), encodeRequest(['FCALL', 'answer', '0']));
  expect(await client.replies(2)).toEqual(['$3\r\nlib\r\n', ':42\r\n']);
  await ask(client, 'FUNCTION FLUSH');
});

test('INFO has what the Redis alone knows, by section, and the endpoint itself', async () => {
  const client = await rawClient((await redisEndpoint()).port);
  const [memory] = await ask(client, 'INFO memory');
  expect(memory).toContain('maxmemory_policy:');
  expect(memory).toContain('mem_fragmentation_ratio:');
  expect(memory).not.toContain('# Server');
  const [all] = await ask(client, 'INFO');
  for (const line of ['redis_version:', 'connected_clients:1', 'loading:0', 'role:master', 'rejected_connections:0'])
    expect(all).toContain(line);
});

test('after a protocol error the reply goes out and the connection is closed, whatever else the client sends', async () => {
  const client = await rawClient((await redisEndpoint()).port);
  client.send('*1\r\n!nonsense\r\n');
  expect((await client.replies(1))[0]).toMatch(/^-ERR Protocol error: /);
  const more = setInterval(() => client.send('PING\r\n'), 1);
  onTestFinished(() => clearInterval(more));
  await client.closed();
  expect(await client.replies(1)).toEqual([]);
});
