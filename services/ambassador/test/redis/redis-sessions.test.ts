import { deadline } from '@podkit/chassis/testing/deadline';
import { freePort } from '@podkit/chassis/testing/free-port';
import { startRedis } from '@podkit/chassis/testing/servers';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryRoute, prefixEngine, redisRoute } from '../support/engine.ts';
import { ask, frames, mixedEndpoint, redisForTests } from '../support/mixed-endpoint.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';

const shared = redisForTests();

describe('a transaction', () => {
  test('is executed in one piece, and its replies come with EXEC', async () => {
    const client = await rawClient((await mixedEndpoint(shared)).port);
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
    const client = await rawClient((await mixedEndpoint(shared)).port);
    await ask(client, 'WATCH w');
    await ask(shared.direct, 'SET w other');
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
    const client = await rawClient((await mixedEndpoint(shared)).port);
    const answers = await ask(client, 'MULTI\nSET a 1\nSET mem:b 2\nEXEC\nEXISTS a');
    expect(answers[2]).toContain('CROSSSLOT');
    expect(answers.slice(3)).toEqual(['-EXECABORT Transaction discarded because of previous errors.\r\n', ':0\r\n']);
  });
});

const blockedClients = async () => (await ask(shared.direct, 'INFO clients'))[0]?.match(/blocked_clients:(\d+)/)?.[1];

describe('a blocking command', () => {
  test('delays no other client, and the later requests of its own until it is done', async () => {
    const endpoint = await mixedEndpoint(shared);
    const waiting = await rawClient(endpoint.port);
    const other = await rawClient(endpoint.port);
    waiting.send(...frames('BLPOP queue 0\nGET after'));
    expect(await ask(other, 'PING\nSET after 1\nRPUSH queue job')).toEqual(['+PONG\r\n', '+OK\r\n', ':1\r\n']);
    expect(await waiting.replies(2)).toEqual(['*2\r\n$5\r\nqueue\r\n$3\r\njob\r\n', '$1\r\n1\r\n']);
  });

  test('ends with the client that gave it', async () => {
    const client = await rawClient((await mixedEndpoint(shared)).port);
    client.send(...frames('BLPOP never 0'));

    await waitFor('the blocked client', async () => (await blockedClients()) === '1');
    client.socket.destroy();
    await waitFor('its end', async () => (await blockedClients()) === '0');
  });
});

test.each([2, 3])('messages reach subscribers in RESP%i', async (protocol) => {
  const endpoint = await mixedEndpoint(shared);
  const subscriber = await rawClient(endpoint.port);
  const publisher = await rawClient(endpoint.port);
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
  test('the endpoint answers with errors, per key in MGET, and goes on when the Redis is back', async () => {
    const memory = memoryRoute();
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const endpoint = await openEndpoint(
      prefixEngine([
        ['mem:', memory],
        ['', redisRoute(own.port, memory.store)],
      ]),
    );
    const client = await rawClient(endpoint.port);
    await ask(client, 'SET mem:a 1\nSET b 2');
    await own.stop('SIGKILL');
    const [get, mget, alive] = await ask(client, 'GET b\nMGET mem:a b\nGET mem:a');
    expect(get).toMatch(/^-ERR upstream: /);
    expect(mget).toMatch(/^\*2\r\n\$1\r\n1\r\n-ERR upstream: /);
    expect(alive).toBe('$1\r\n1\r\n');
    const again = await startRedis({ port: own.port });
    onTestFinished(() => again.stop());
    await waitFor('the endpoint to find the Redis again', async () => (await ask(client, 'SET b 3'))[0] === '+OK\r\n');
  });

  test('a Redis that hangs is given up after its time', async () => {
    const memory = memoryRoute();
    const own = await startRedis();
    onTestFinished(() => own.stop('SIGKILL'));
    const route = redisRoute(own.port, memory.store);
    const commandTimeout = deadline(200);
    if (route.raw !== undefined) route.raw.target.commandTimeout = commandTimeout;
    const client = await rawClient((await openEndpoint(prefixEngine([['', route]]))).port);
    await ask(client, 'SET a 1');
    own.child.kill('SIGSTOP');
    expect(await ask(client, 'GET a\nGET a')).toEqual(
      Array.from(
        { length: 2 },
        () => `-ERR upstream: no reply within ${commandTimeout} ms (the command may have been executed)\r\n`,
      ),
    );
  });

  test('a Redis that was never there is an error at once', async () => {
    const memory = memoryRoute();
    const client = await rawClient(
      (await openEndpoint(prefixEngine([['', redisRoute(await freePort(), memory.store)]]))).port,
    );
    const [reply] = await ask(client, 'SET a 1');
    expect(reply).toMatch(/^-ERR upstream: the connection failed: .*ECONNREFUSED/);
    expect(reply).not.toContain('may have been executed');
  });
});
