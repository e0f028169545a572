import { getErrorCode } from '@podkit/chassis/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRequest } from '../../src/frontends/redis/protocol/encode-request.ts';
import {
  defaultLimits,
  type RequestLimits,
  unauthenticatedLimits,
} from '../../src/frontends/redis/protocol/request-limits.ts';
import { RequestParser } from '../../src/frontends/redis/protocol/request-parser.ts';

function parseRequests(chunks: readonly (Buffer | string)[], limits: RequestLimits = defaultLimits) {
  const parser = new RequestParser(limits);
  const requests: string[][] = [];
  const frames: Buffer[] = [];
  for (const chunk of chunks) {
    parser.push(Buffer.from(chunk as string));
    while (parser.next()) {
      const { buffer, starts, ends, count, frameStart, frameEnd } = parser;
      requests.push(Array.from({ length: count }, (_, at) => buffer.toString('latin1', starts[at], ends[at])));
      frames.push(buffer.subarray(frameStart, frameEnd));
    }
  }
  return { requests, frames, pending: parser.pending };
}

const words = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 });
const chunked = (bytes: Buffer, cuts: readonly number[]) => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
};

test('requests come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (requests, cuts) => {
      const encoded = requests.map(encodeRequest);
      const found = parseRequests(chunked(Buffer.concat(encoded), cuts));
      expect(found.requests).toEqual(
        requests.map((request) => request.map((word) => Buffer.from(word).toString('latin1'))),
      );
      expect(Buffer.concat(found.frames)).toEqual(Buffer.concat(encoded));
      expect(found.pending).toBe(0);
    }),
  );
});

test('requests come out as they went in where all chunks are read into the same memory', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (requests, cuts) => {
      const memory = Buffer.alloc(64 * 1024);
      const parser = new RequestParser(defaultLimits);
      const found: string[][] = [];
      for (const chunk of chunked(Buffer.concat(requests.map(encodeRequest)), cuts)) {
        chunk.copy(memory);
        parser.push(memory, chunk.length);
        let held = parser.next();
        parser.keep();
        memory.fill('*');
        for (; held; held = parser.next()) {
          const { buffer, starts, ends, count } = parser;
          found.push(Array.from({ length: count }, (_, at) => buffer.toString('latin1', starts[at], ends[at])));
        }
      }
      expect(found).toEqual(requests.map((request) => request.map((word) => Buffer.from(word).toString('latin1'))));
    }),
  );
});

function readOutcome(read: () => void): string {
  try {
    read();
    return 'requests';
  } catch (error) {
    return getErrorCode(error) ?? 'an error without a code';
  }
}

test('any bytes at all give requests or a protocol error, and nothing else', () => {
  const tokens = fc.constantFrom(
    '*',
    '$',
    '1',
    '3',
    '-1',
    '\r\n',
    'a',
    '"',
    '\n',
    '\0',
    '*2\r\n',
    '$1\r\nx\r\n',
    '\xff',
  );
  const rubbish = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(tokens).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(fc.array(rubbish, { maxLength: 6 }), (parts) => {
      expect(readOutcome(() => parseRequests(parts.map((part) => Buffer.from(part, 'latin1'))))).toMatch(
        /^(requests|ERR_PROTOCOL)$/,
      );
    }),
    { numRuns: 500 },
  );
});

describe('what breaks the protocol is named as Redis names it', () => {
  test.each([
    ['*1\r\n+PING\r\n', "expected '$', got '+'"],
    ['*abc\r\n', 'invalid multibulk length'],
    ['*2000000\r\n', 'invalid multibulk length'],
    ['*1\r\n$-5\r\n', 'invalid bulk length'],
    ['*1\r\n$536870913\r\n', 'invalid bulk length'],
    ['*1\r\n$x\r\n', 'invalid bulk length'],
    ['GET "a\r\n', 'unbalanced quotes in request'],
    ['a'.repeat(70_000), 'too big inline request'],
    ['*1\r\n$1\r\nabc', 'bulk string without its line end'],
  ])('%j is refused', (bytes, message) => {
    expect(() => parseRequests([bytes])).toThrow(`Protocol error: ${message}`);
  });

  test.each([
    ['*11\r\n', 'unauthenticated multibulk length'],
    ['*1\r\n$16385\r\n', 'unauthenticated bulk length'],
  ])('%j is refused before the login', (bytes, message) => {
    expect(() => parseRequests([bytes], unauthenticatedLimits)).toThrow(`Protocol error: ${message}`);
  });
});

test('announcing half a gigabyte takes no memory', () => {
  const limits = { ...defaultLimits, maxBulk: 512 * 1024 * 1024 };
  const before = process.memoryUsage().arrayBuffers;
  expect(parseRequests(['*2\r\n$3\r\nGET\r\n$536870912\r\n', 'abc'], limits).requests).toEqual([]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
});

test('a request that never ends is refused at the limit', () => {
  const limits = { ...defaultLimits, maxRequest: 100_000 };
  const chunks = Array.from({ length: 50 }, () => `$3000\r\n${'x'.repeat(3000)}\r\n`);
  expect(() => parseRequests(['*1000\r\n', ...chunks], limits)).toThrow('too big request');
});

test('a value of several megabytes in small pieces is put together', () => {
  const value = Buffer.alloc(3_000_000, 'v');
  const bytes = encodeRequest(['SET', 'k', value]);
  const pieces = Array.from({ length: 300 }, (_, index) => bytes.subarray(index * 10_001, (index + 1) * 10_001));
  expect(parseRequests(pieces).requests).toEqual([['SET', 'k', value.toString('latin1')]]);
});

test.each([
  ['PING\r\n', ['PING']],
  ['set a "b c"\n', ['set', 'a', 'b c']],
  ['set a "\\x41\\n\\"" \'it\\\'s\'\r\n', ['set', 'a', 'A\n"', "it's"]],
  ['\r\n\r\nPING\r\n', ['PING']],
  ['*0\r\n*-1\r\nPING\r\n', ['PING']],
])('the inline command %j is understood', (line, request) => {
  expect(parseRequests([line]).requests).toEqual([request]);
});

test('a frame that was handed out stays as it was while more is read', () => {
  const parser = new RequestParser(defaultLimits);
  const first = encodeRequest(['SET', 'a', 'one']);
  const second = encodeRequest(['SET', 'b', 'two']);
  parser.push(first.subarray(0, 10));
  expect(parser.next()).toBe(false);
  parser.push(Buffer.concat([first.subarray(10), second.subarray(0, 12)]));
  expect(parser.next()).toBe(true);
  const frame = parser.buffer.subarray(parser.frameStart, parser.frameEnd);
  expect(parser.next()).toBe(false);
  parser.push(second.subarray(12));
  expect(parser.next()).toBe(true);
  expect(frame).toEqual(first);
});
