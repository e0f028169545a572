import { startRedis, type TestServer } from '@podkit/chassis/testing/servers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeRequest } from '../../src/frontends/redis/protocol/encode-request.ts';
import { memoryRoute, prefixEngine } from '../support/engine.ts';
import { openEndpoint, rawClient } from '../support/redis-endpoint.ts';

let redis: TestServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const key = fc.constantFrom('a', 'b', 'n', 'k\xff\0');
const value = fc.constantFrom('', '1', '-7', 'text', '9223372036854775807', '0010', '3.5', 'x'.repeat(100));
const amount = fc.constantFrom('1', '-3', '9223372036854775807', '-9223372036854775808', 'abc', '', '1.5', ' 1');
const seconds = fc.constantFrom('100', '5000', '0', '-1', 'abc', '9223372036854775807');
const past = fc.constantFrom('1', '4000000000', '0', 'x');
const nothing = fc.constant<string[]>([]);
const option = fc.oneof(
  nothing,
  fc.constantFrom(['NX'], ['XX'], ['GET'], ['KEEPTTL'], ['nx', 'xx'], ['NX', 'GET'], ['EX'], ['BAD']),
  fc.tuple(fc.constantFrom('EX', 'PX', 'px'), seconds).map((pair) => [...pair]),
  fc.tuple(fc.constantFrom('EXAT', 'PXAT'), past).map((pair) => [...pair]),
);
const condition = fc.constantFrom([], ['NX'], ['XX'], ['GT'], ['lt'], ['NX', 'XX'], ['GT', 'LT'], ['?']);
const names = (...list: string[]) => fc.constantFrom(...list);
const flat = (...parts: fc.Arbitrary<string | readonly string[]>[]): fc.Arbitrary<readonly string[]> =>
  fc.tuple(...parts).map((words) => words.flat());

const keyCommand = fc.oneof(
  flat(names('SET'), key, value, option),
  flat(
    names('GET', 'GETDEL', 'STRLEN', 'INCR', 'DECR', 'PERSIST', 'TYPE', 'EXISTS', 'DEL', 'UNLINK', 'TOUCH', 'GETEX'),
    key,
  ),
  flat(names('TTL', 'EXPIRETIME'), key),
  flat(names('INCRBY', 'DECRBY'), key, amount),
  // The watched key is written and never removed: docs/redis-protocol.md, a key that is absent again counts as unchanged.
  flat(names('SET', 'GETSET'), names('w'), value),
  // A key of its own, and halves only: Redis adds in binary and rounds, this endpoint adds decimals exactly.
  flat(names('SET'), names('f'), names('2.50', '7', 'x')),
  flat(names('APPEND'), names('f'), names('0', 'x')),
  flat(names('INCRBYFLOAT'), names('f'), names('1', '-3', '0.5', '-.25', '1e3', '5.0e-1', 'abc', '', ' 1', '1.')),
  flat(names('APPEND', 'GETSET', 'SETNX'), key, value),
  flat(names('SETEX', 'PSETEX'), key, seconds, value),
  flat(names('EXPIRE', 'PEXPIRE'), key, seconds, condition),
  flat(names('EXPIREAT', 'PEXPIREAT'), key, past, condition),
  flat(names('GETRANGE'), key, names('0', '-3', '2', 'x'), names('-1', '1', '100')),
  flat(names('SETRANGE'), key, names('0', '5', '-1'), value),
  flat(names('GETEX'), key, names('PERSIST', 'EX', 'BAD'), seconds),
  flat(names('MGET', 'EXISTS', 'DEL', 'TOUCH', 'mset', 'MSETNX'), key, value, key),
  flat(names('MSET', 'MSETNX'), key, value, key, value),
  flat(names('GET', 'SET', 'INCRBY', 'NOSUCH', 'ECHO'), fc.constantFrom(['9'], [], ['a', 'b', 'c'])),
  fc.constantFrom(['PING'], ['PING', 'x']),
);

const other = fc.oneof(
  flat(names('SELECT', 'HELLO', 'CLIENT'), fc.constantFrom(['99'], ['0'], ['x'], ['a', 'b', 'c'])),
  fc.constantFrom(['PING', 'x', 'y'], ['EXEC'], ['DISCARD'], ['WATCH', 'w'], ['UNWATCH'], ['DBSIZE'], ['KEYS', '*']),
);

const transaction = fc
  .tuple(fc.array(keyCommand, { maxLength: 4 }), fc.constantFrom(['EXEC'], ['DISCARD'], ['MULTI'], ['WATCH', 'w']))
  .map(([queued, last]) => [['MULTI'], ...queued, last, ['EXEC']]);

const conversation = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: keyCommand.map((each) => [each]) },
      other.map((each) => [each]),
      transaction,
    ),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  .map((parts) => parts.flat());

/**
 * HELLO and CLIENT tell of the connection itself, and the order of KEYS is nobody's. A second may begin between the two,
 * so of times only the distant one of the test is compared to the second.
 */
function comparable([name]: readonly string[], reply: string | undefined): unknown {
  if (name === 'CLIENT' || name === 'HELLO') return reply?.[0];
  // A real one counts what has expired until it comes by.
  if (name === 'DBSIZE') return reply?.[0];
  if (name === 'TTL' || name === 'EXPIRETIME')
    return reply === ':4000000000\r\n' ? reply : reply?.replace(/\d{2,}/, 'later');
  return name === 'KEYS' ? reply?.split('\r\n').sort() : reply;
}

test('any commands on a memory store are answered byte for byte as by Redis', async () => {
  const endpoint = await openEndpoint(prefixEngine([['', memoryRoute()]]));
  const ours = await rawClient(endpoint.port);
  const theirs = await rawClient(redis.port);
  await fc.assert(
    fc.asyncProperty(conversation, async (commands) => {
      const frames = [['RESET'], ['FLUSHALL'], ...commands].map((each) =>
        encodeRequest(each.map((word) => Buffer.from(word, 'latin1'))),
      );
      for (const client of [ours, theirs]) client.send(...frames);
      const [answers, right] = await Promise.all([ours.replies(frames.length), theirs.replies(frames.length)]);
      const shown = (replies: string[]) =>
        commands.map((each, index) => [each.join(' '), comparable(each, replies[index + 2])]);
      expect(shown(answers)).toEqual(shown(right));
    }),
    { numRuns: 150 },
  );
}, 60_000);
