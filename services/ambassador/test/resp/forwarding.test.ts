import { freePort } from '@podkit/chassis/testing/free-port';
import { startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { encodeRequest } from '../../src/resp/codec/encode-request.ts';
import { openDoor, type RawClient, rawClient } from './test-door.ts';
import { memoryRoute, prefixEngine, redisRoute } from './test-engine.ts';

let redis: TestServer;
let direct: RawClient;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  direct = await rawClient(redis.port);
  direct.send('FLUSHALL\r\n');
  await direct.replies(1);
});

const frames = (commands: string) =>
  commands
    .trim()
    .split('\n')
    .map((line) => encodeRequest(line.trim().split(' ')));

async function ask(client: RawClient, commands: string): Promise<string[]> {
  const requests = frames(commands);
  client.send(...requests);
  return client.replies(requests.length);
}

/** Keys that begin with `mem:` in memory, the rest in the Redis. */
async function mixedDoor(prefix = '') {
  const memory = memoryRoute();
  const engine = prefixEngine([
    ['mem:', memory],
    ['', redisRoute(redis.port, memory.store, { keyPrefix: prefix })],
  ]);
  return openDoor(engine);
}

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
  const door = await mixedDoor();
  const client = await rawClient(door.port);
  await ask(client, `HELLO ${protocol}`);
  const answers = await ask(client, everything);
  await ask(direct, `HELLO ${protocol}\nFLUSHALL`);
  expect(answers).toEqual(await ask(direct, everything));
});

test('keys have their prefix in the Redis and none at the door', async () => {
  const door = await mixedDoor('app||');
  const client = await rawClient(door.port);
  await ask(client, 'SET a 1\nMSET b 2 c 3\nRPUSH l x\nEVAL return(redis.call("get",KEYS[1])) 1 a');
  expect(await ask(direct, 'GET app||a\nGET app||c\nEXISTS a')).toEqual(['$1\r\n1\r\n', '$1\r\n3\r\n', ':0\r\n']);
  expect(await ask(client, 'MGET a b none\nDEL a b\nKEYS c*\nKEYS *')).toEqual([
    '*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n',
    ':2\r\n',
    '*1\r\n$1\r\nc\r\n',
    expect.stringContaining('$1\r\nl\r\n'),
  ]);
});

test('one pipeline over both kinds of store is answered in its order', async () => {
  const client = await rawClient((await mixedDoor()).port);
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
  const client = await rawClient((await mixedDoor()).port);
  expect(
    await ask(client, 'MSET mem:a 1 b 2 mem:c 3\nMGET b mem:c none mem:a\nEXISTS mem:a b none\nDEL b mem:c\nDBSIZE'),
  ).toEqual(['+OK\r\n', '*4\r\n$1\r\n2\r\n$1\r\n3\r\n$-1\r\n$1\r\n1\r\n', ':2\r\n', ':2\r\n', ':1\r\n']);
  expect(await ask(client, 'RENAME mem:a b\nSINTER mem:a b\nMSETNX mem:a 1 b 2')).toEqual(
    Array.from({ length: 3 }, () => "-CROSSSLOT Keys in request don't hash to the same slot\r\n"),
  );
});

test('SCAN goes through all stores and shows every key once', async () => {
  const client = await rawClient((await mixedDoor()).port);
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

test("a value that the Dapr door keeps in a hash's field is read by GET and MGET", async () => {
  const client = await rawClient((await mixedDoor()).port);
  await ask(direct, 'HSET d data {"a":1} version 4\nHSET other f v\nSET s 1');
  expect(await ask(client, 'GET s\nGET d\nGET other\nGET s\nMGET d s other')).toEqual([
    '$1\r\n1\r\n',
    '$7\r\n{"a":1}\r\n',
    '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n',
    '$1\r\n1\r\n',
    '*3\r\n$7\r\n{"a":1}\r\n$1\r\n1\r\n$-1\r\n',
  ]);
});

describe('a transaction', () => {
  test('is executed in one piece, and its replies come with EXEC', async () => {
    const client = await rawClient((await mixedDoor()).port);
    expect(await ask(client, 'MULTI\nSET t 1\nINCR t\nLPUSH t x\nEXEC\nGET t')).toEqual([
      '+OK\r\n',
      '+QUEUED\r\n',
      '+QUEUED\r\n',
      '+QUEUED\r\n',
      '*3\r\n+OK\r\n:2\r\n-WRONGTYPE Operation against a key holding the wrong kind of value\r\n',
      '$1\r\n2\r\n',
    ]);
  });

  test('fails when a watched key has changed', async () => {
    const client = await rawClient((await mixedDoor()).port);
    await ask(client, 'WATCH w');
    await ask(direct, 'SET w other');
    expect(await ask(client, 'MULTI\nSET w mine\nEXEC\nGET w')).toEqual([
      '+OK\r\n',
      '+QUEUED\r\n',
      '*-1\r\n',
      '$5\r\nother\r\n',
    ]);
    expect(await ask(client, 'WATCH w\nMULTI\nSET w mine\nEXEC\nGET w')).toEqual([
      '+OK\r\n',
      '+OK\r\n',
      '+QUEUED\r\n',
      '*1\r\n+OK\r\n',
      '$4\r\nmine\r\n',
    ]);
  });

  test('over several stores is refused as a whole', async () => {
    const client = await rawClient((await mixedDoor()).port);
    const answers = await ask(client, 'MULTI\nSET a 1\nSET mem:b 2\nEXEC\nEXISTS a');
    expect(answers[2]).toContain('CROSSSLOT');
    expect(answers.slice(3)).toEqual(['-EXECABORT Transaction discarded because of previous errors.\r\n', ':0\r\n']);
  });
});

const blockedClients = async () => (await ask(direct, 'INFO clients'))[0]?.match(/blocked_clients:(\d+)/)?.[1];

describe('a blocking command', () => {
  test('waits without holding up other clients, and its own client in order', async () => {
    const door = await mixedDoor();
    const [waiting, other] = [await rawClient(door.port), await rawClient(door.port)];
    waiting.send(...frames('BLPOP queue 0\nGET after'));
    expect(await ask(other, 'PING\nSET after 1\nRPUSH queue job')).toEqual(['+PONG\r\n', '+OK\r\n', ':1\r\n']);
    expect(await waiting.replies(2)).toEqual(['*2\r\n$5\r\nqueue\r\n$3\r\njob\r\n', '$1\r\n1\r\n']);
  });

  test('ends with the client that gave it', async () => {
    const client = await rawClient((await mixedDoor()).port);
    client.send(...frames('BLPOP never 0'));

    await waitFor('the blocked client', async () => (await blockedClients()) === '1');
    client.socket.destroy();
    await waitFor('its end', async () => (await blockedClients()) === '0');
  });
});

test.each([2, 3])('messages reach subscribers in RESP%i', async (protocol) => {
  const door = await mixedDoor();
  const [subscriber, publisher] = [await rawClient(door.port), await rawClient(door.port)];
  await ask(subscriber, `HELLO ${protocol}`);
  const kind = protocol === 3 ? '>' : '*';
  expect(await ask(subscriber, 'SUBSCRIBE news')).toEqual([`${kind}3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n`]);
  expect(await ask(publisher, 'PUBLISH news hello')).toEqual([':1\r\n']);
  expect(await subscriber.replies(1)).toEqual([`${kind}3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n`]);
  const [get] = await ask(subscriber, 'GET k');
  expect(get).toBe(
    protocol === 3
      ? '_\r\n'
      : "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n",
  );
  expect(await ask(subscriber, 'UNSUBSCRIBE')).toEqual([`${kind}3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:0\r\n`]);
  expect(await ask(subscriber, 'PING\nSET k v')).toEqual(['+PONG\r\n', '+OK\r\n']);
});

describe('without its Redis', () => {
  test('the door answers with errors, per key in MGET, and goes on when the Redis is back', async () => {
    const memory = memoryRoute();
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const door = await openDoor(
      prefixEngine([
        ['mem:', memory],
        ['', redisRoute(own.port, memory.store)],
      ]),
    );
    const client = await rawClient(door.port);
    await ask(client, 'SET mem:a 1\nSET b 2');
    await own.stop('SIGKILL');
    const [get, mget, alive] = await ask(client, 'GET b\nMGET mem:a b\nGET mem:a');
    expect(get).toMatch(/^-ERR upstream: /);
    expect(mget).toMatch(/^\*2\r\n\$1\r\n1\r\n-ERR upstream: /);
    expect(alive).toBe('$1\r\n1\r\n');
    const again = await startRedis({ port: own.port });
    onTestFinished(() => again.stop());
    await waitFor('the door to find the Redis again', async () => (await ask(client, 'SET b 3'))[0] === '+OK\r\n');
  });

  test('a Redis that hangs is given up after its time', async () => {
    const memory = memoryRoute();
    const own = await startRedis();
    onTestFinished(() => own.stop('SIGKILL'));
    const route = redisRoute(own.port, memory.store);
    if (route.raw !== undefined) route.raw.target.commandTimeout = 200;
    const client = await rawClient((await openDoor(prefixEngine([['', route]]))).port);
    await ask(client, 'SET a 1');
    own.child.kill('SIGSTOP');
    expect(await ask(client, 'GET a\nGET a')).toEqual(
      Array.from({ length: 2 }, () => '-ERR upstream: no reply within 200 ms (the command may have been executed)\r\n'),
    );
  });

  test('a Redis that was never there is an error at once', async () => {
    const memory = memoryRoute();
    const client = await rawClient(
      (await openDoor(prefixEngine([['', redisRoute(await freePort(), memory.store)]]))).port,
    );
    const [refused] = await ask(client, 'SET a 1');
    expect(refused).toMatch(/^-ERR upstream: the connection failed: .*ECONNREFUSED/);
    expect(refused).not.toContain('may have been executed');
  });
});
