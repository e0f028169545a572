import { expect, test } from 'vitest';
import { ask, mixedEndpoint, redisForTests } from '../support/mixed-endpoint.ts';
import { rawClient } from '../support/redis-endpoint.ts';

const shared = redisForTests();

const everything = `
  RPUSH l a b c
  LRANGE l 0 -1
  HSET h f 1 g 2
  HGETALL h
  SADD s a
  SMEMBERS s
  ZADD z 1.5 a 2 b
  ZRANGE z 0 -1 WITHSCORES
  ZSCORE z a
  SET k v PX 100000 GET
  GET l
  GETRANGE k 0 2
  LPOP nothing
  INCR h
  EVAL return{KEYS[1],{1,{2}},false} 1 k
  XADD x 1-1 f v
  XREAD COUNT 1 STREAMS x 0
  OBJECT ENCODING l
  SINTERCARD 1 s
  ZUNION 1 z WITHSCORES
  DEL l h s nothing
  EXISTS z z k
  LMPOP 1 l LEFT
  GEOADD g 13.36 38.11 p
  GEOPOS g p none
  BLPOP l2 0.01
  PFADD hll a b
  PFCOUNT hll
`;

test.each([2, 3])('the full set of keyed commands passes as it is, in RESP%i', async (protocol) => {
  const endpoint = await mixedEndpoint(shared);
  const client = await rawClient(endpoint.port);
  await ask(client, `HELLO ${protocol}`);
  const answers = await ask(client, everything);
  await ask(shared.direct, `HELLO ${protocol}\nFLUSHALL`);
  expect(answers).toEqual(await ask(shared.direct, everything));
});

test('keys have their prefix in the Redis and none at the endpoint', async () => {
  const endpoint = await mixedEndpoint(shared, 'app||');
  const client = await rawClient(endpoint.port);
  await ask(client, 'SET a 1\nMSET b 2 c 3\nRPUSH l x\nEVAL return(redis.call("get",KEYS[1])) 1 a');
  expect(await ask(shared.direct, 'GET app||a\nGET app||c\nEXISTS a')).toEqual([
    '$1\r\n1\r\n',
    '$1\r\n3\r\n',
    ':0\r\n',
  ]);
  expect(await ask(client, 'MGET a b none\nDEL a b\nKEYS c*\nKEYS *')).toEqual([
    '*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n',
    ':2\r\n',
    '*1\r\n$1\r\nc\r\n',
    expect.stringContaining('$1\r\nl\r\n'),
  ]);
});

const refusal = (name: string) => `-ERR ${name} is not supported with keyPrefix\r\n`;

test('a command whose reply would show the prefix is refused', async () => {
  const client = await rawClient((await mixedEndpoint(shared, 'app||')).port);
  expect(await ask(client, 'BLPOP l 1\nLMPOP 1 l LEFT\nMULTI\nSORT l')).toEqual([
    refusal('BLPOP'),
    refusal('LMPOP'),
    '+OK\r\n',
    refusal('SORT'),
  ]);
});

test('one pipeline over both kinds of store is answered in its order', async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  const commands = Array.from({ length: 300 }, (_, index) => {
    const key = `${index % 3 === 0 ? 'mem:' : ''}k${index % 7}`;
    return `SET ${key} ${index}\nGET ${key}\nINCRBY ${key} 1000`;
  });
  const expected = Array.from({ length: 300 }, (_, index) => {
    const value = String(index);
    return ['+OK\r\n', `$${value.length}\r\n${value}\r\n`, `:${index + 1000}\r\n`];
  });
  expect(await ask(client, commands.join('\n'))).toEqual(expected.flat());
});

test('keys of several stores are read, counted, written and deleted in one command', async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  expect(
    await ask(client, 'MSET mem:a 1 b 2 mem:c 3\nMGET b mem:c none mem:a\nEXISTS mem:a b none\nDEL b mem:c\nDBSIZE'),
  ).toEqual(['+OK\r\n', '*4\r\n$1\r\n2\r\n$1\r\n3\r\n$-1\r\n$1\r\n1\r\n', ':2\r\n', ':2\r\n', ':1\r\n']);
  expect(await ask(client, 'RENAME mem:a b\nSINTER mem:a b\nMSETNX mem:a 1 b 2')).toEqual(
    Array.from({ length: 3 }, () => "-CROSSSLOT Keys in request don't hash to the same slot\r\n"),
  );
});

test('SCAN goes through all stores and shows every key once', async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  await ask(
    client,
    Array.from({ length: 40 }, (_, index) => `SET ${index % 2 === 0 ? 'mem:' : ''}s${index} 1`).join('\n'),
  );
  const found: string[] = [];
  let cursor = '0';
  do {
    const [page = ''] = await ask(client, `SCAN ${cursor} MATCH *s* COUNT 7`);
    const parts = page.split('\r\n');
    cursor = parts[2] ?? '';
    found.push(...parts.slice(4).filter((_, index) => index % 2 === 1));
  } while (cursor !== '0');
  expect(found.filter(Boolean)).toHaveLength(40);
  expect(await ask(client, 'SCAN 999')).toEqual(['-ERR invalid cursor\r\n']);
});

test("a value that the Dapr API keeps in a hash's field is read by GET and MGET", async () => {
  const client = await rawClient((await mixedEndpoint(shared)).port);
  await ask(shared.direct, 'HSET d data {"a":1} version 4\nHSET other f v\nSET s 1');
  expect(await ask(client, 'GET s\nGET d\nGET other\nGET s\nMGET d s other')).toEqual([
    '$1\r\n1\r\n',
    '$7\r\n{"a":1}\r\n',
    '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n',
    '$1\r\n1\r\n',
    '*3\r\n$7\r\n{"a":1}\r\n$1\r\n1\r\n$-1\r\n',
  ]);
});
